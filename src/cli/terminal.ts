import { formatPercent } from "../lib/units.ts";

/** Where a verb writes; made once by the entry point. */
export interface Terminal {
  /** The answer, to stdout. */
  readonly print: (text: string) => void;
  /** Messages and questions, to stderr. */
  readonly note: (text: string) => void;
  /** Reads one line from stdin. */
  readonly ask: (question: string) => Promise<string>;
  /** Bytes of content, to stdout, waiting for a slow reader; false when nobody reads any more. */
  readonly pour: (bytes: Uint8Array) => Promise<boolean>;
  /** Questions may be asked: stdin and stderr are terminals. */
  readonly interactive: boolean;
  /** stdout is a terminal that shows UTF-8 symbols. */
  readonly symbols: boolean;
  readonly colour: boolean;
  /** stderr is a terminal, so progress may be redrawn on it. */
  readonly progress: boolean;
  /** The width of the terminal at stderr now. */
  readonly columns: () => number;
}

export type Tone = "good" | "look" | "act" | "dim" | "bold";

const sgr: Readonly<Record<Tone, string>> = { good: "32", look: "33", act: "31", dim: "2", bold: "1" };

export function paint(terminal: Terminal, tone: Tone, text: string): string {
  return terminal.colour && text !== "" ? `\x1b[${sgr[tone]}m${text}\x1b[0m` : text;
}

export type Mark = "ok" | "warning" | "critical" | "none" | "again";

const marks: Readonly<Record<Mark, readonly [symbol: string, word: string, tone: Tone]>> = {
  ok: ["✓", "ok", "good"],
  warning: ["▲", "WARN", "look"],
  critical: ["✗", "CRIT", "act"],
  none: ["·", "-", "dim"],
  again: ["↻", "..", "look"],
};

/** A coloured symbol, or a word where symbols cannot be shown. */
export function mark(terminal: Terminal, kind: Mark): string {
  const [symbol, word, tone] = marks[kind];
  return paint(terminal, tone, terminal.symbols ? symbol : word);
}

const signs = { dot: ["·", "-"], arrow: ["→", "->"], more: ["…", "..."] } as const;

/** A sign between words, in ASCII where symbols cannot be shown. */
export function sign(terminal: Terminal, kind: keyof typeof signs): string {
  return signs[kind][terminal.symbols ? 0 : 1];
}

/** A bar of `width` cells; nothing where symbols cannot be shown, since the percentage stands beside it. */
export function bar(terminal: Terminal, ratio: number, width: number): string {
  if (!terminal.symbols) return "";
  const full = Math.round(Math.min(Math.max(ratio, 0), 1) * width);
  return "█".repeat(full) + paint(terminal, "dim", "░".repeat(width - full));
}

/** `81 %`, right-aligned in four columns. */
export function percent(ratio: number): string {
  return formatPercent(ratio).padStart(5);
}

/** Lines whose cells are padded to common widths; cells may carry colour. `right` names right-aligned columns. */
export function columns(rows: readonly (readonly string[])[], right: readonly number[] = []): readonly string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, textWidth(cell));
    });
  return rows.map((row) =>
    row
      .map((cell, index) => padded(cell, widths[index] ?? 0, right.includes(index)))
      .join("  ")
      .trimEnd(),
  );
}

function padded(cell: string, width: number, alignRight: boolean): string {
  const space = " ".repeat(Math.max(width - textWidth(cell), 0));
  return alignRight ? space + cell : cell + space;
}

const colourCodes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

/** The columns that a text takes, without its colours. */
export function textWidth(text: string): number {
  return [...text.replaceAll(colourCodes, "")].length;
}
