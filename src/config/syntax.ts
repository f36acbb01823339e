import { ParseError } from "toml-eslint-parser";
import type { Finding } from "./finding.ts";

/** What the TOML parser refused, with the line and a caret below it; `undefined` for any other error. */
export function syntaxFinding(error: unknown, text: string): Finding | undefined {
  if (!(error instanceof ParseError)) return undefined;
  const at = placeOf(error, text.split("\n"));
  return {
    severity: "error",
    line: at.line,
    key: "",
    found: undefined,
    message: `not TOML: ${words[error.message] ?? lowerFirst(error.message)}`,
    hint: undefined,
    excerpt: excerpt(at),
  };
}

/** The parser's words that need a person's. */
const words: Readonly<Record<string, string>> = {
  "Unspecified values are invalid": "a value is missing here",
  "Unterminated string constant": "a quote is missing at the end of this string",
  "Defining a key multiple times is invalid": "this key is already defined above",
};

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

interface SyntaxPlace {
  readonly line: number;
  /** 0-based. */
  readonly column: number;
  readonly source: string;
}

function placeOf(error: ParseError, lines: readonly string[]): SyntaxPlace {
  const line = Math.min(error.lineNumber, lines.length);
  const source = (lines[line - 1] ?? "").replace(/\r$/, "");
  // What is missing at a line's end is noticed at the start of the next one.
  if (error.message.startsWith("Unspecified") && error.column === 0 && line > 1) {
    const before = (lines[line - 2] ?? "").trimEnd();
    return { line: line - 1, column: before.length, source: before };
  }
  return { line, column: Math.min(error.column, source.length), source };
}

const shownColumns = 100;

function excerpt({ line, column, source }: SyntaxPlace): string {
  const from = column > shownColumns - 20 ? column - 40 : 0;
  const shown = source.slice(from, from + shownColumns).replaceAll("\t", " ");
  return `${String(line).padStart(5)} | ${shown}\n${" ".repeat(8 + column - from)}^`;
}
