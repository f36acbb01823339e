import { ParseError } from "toml-eslint-parser";
import type { Finding } from "./finding.ts";

/** What the TOML parser refused, with the line and a caret below it; `undefined` for any other error. */
export function syntaxFinding(error: unknown, text: string): Finding | undefined {
  if (!(error instanceof ParseError)) return undefined;
  const at = missingValue(error, text) ?? placeOf(error, text);
  return {
    severity: "error",
    line: at.line,
    key: "",
    found: undefined,
    message: `not TOML: ${at.message}`,
    hint: undefined,
    excerpt: excerpt(at),
  };
}

interface SyntaxPlace {
  readonly line: number;
  /** 0-based. */
  readonly column: number;
  readonly source: string;
  readonly message: string;
}

/** What is missing at a line's end the parser notices only at the start of a later one. */
function missingValue(error: ParseError, text: string): SyntaxPlace | undefined {
  const before = text.slice(0, error.index);
  const match = /=[^\S\n]*(#[^\n]*)?\s*$/.exec(before);
  if (match === null || !(match[0].includes("\n") || error.index >= text.length)) return undefined;
  const lines = before.slice(0, match.index + 1).split("\n");
  const source = lines.at(-1) ?? "";
  return { line: lines.length, column: source.length, source, message: "a value is missing here" };
}

function placeOf(error: ParseError, text: string): SyntaxPlace {
  const lines = text.split("\n");
  const line = Math.min(error.lineNumber, lines.length);
  const source = (lines[line - 1] ?? "").replace(/\r$/, "");
  const message = words[error.message] ?? error.message.slice(0, 1).toLowerCase() + error.message.slice(1);
  return { line, column: Math.min(error.column, source.length), source, message };
}

/** The parser's words that need a person's. */
const words: Readonly<Record<string, string>> = {
  "Unspecified values are invalid": "a value is missing here",
  "Unterminated string constant": "a quote is missing at the end of this string",
  "Defining a key multiple times is invalid": "this key is already defined above",
};

const shownColumns = 100;

function excerpt({ line, column, source }: SyntaxPlace): string {
  const from = column > shownColumns - 20 ? column - 40 : 0;
  const shown = source.slice(from, from + shownColumns).replaceAll("\t", " ");
  return `${String(line).padStart(5)} | ${shown}\n${" ".repeat(8 + column - from)}^`;
}
