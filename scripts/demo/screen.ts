/** A piece of a line in one look. */
export interface Span {
  readonly text: string;
  readonly column: number;
  readonly bold: boolean;
  readonly dim: boolean;
  /** The number of an SGR colour from 30 to 37, if any. */
  readonly colour: number | undefined;
}

interface Cell {
  readonly letter: string;
  readonly look: Look;
}

type Look = Pick<Span, "bold" | "dim" | "colour">;

const plain: Look = { bold: false, dim: false, colour: undefined };
const token = new RegExp(`${String.fromCharCode(27)}\\[([0-9;]*)([A-Za-z])|[^]`, "gu");

/** What a terminal shows after this output: lines, redrawn ones as they were left. */
export function readScreen(output: string): readonly (readonly Span[])[] {
  const lines: Cell[][] = [[]];
  let column = 0;
  let look = plain;
  for (const [text, codes, command] of output.matchAll(token)) {
    const line = lines.at(-1) ?? [];
    if (command === "m") look = nextLook(look, codes ?? "");
    else if (command === "K") line.length = Math.min(line.length, column);
    else if (command !== undefined) continue;
    else if (text === "\r") column = 0;
    else if (text === "\n") {
      lines.push([]);
      column = 0;
    } else {
      while (line.length < column) line.push({ letter: " ", look: plain });
      line[column] = { letter: text, look };
      column += 1;
    }
  }
  return lines.map(spansOf);
}

function nextLook(before: Look, codes: string): Look {
  let look = before;
  for (const number of codes.split(";").map(Number)) {
    if (number === 0) look = plain;
    else if (number === 1) look = { ...look, bold: true };
    else if (number === 2) look = { ...look, dim: true };
    else if (number >= 30 && number <= 37) look = { ...look, colour: number };
  }
  return look;
}

function spansOf(cells: readonly Cell[]): readonly Span[] {
  const spans: Span[] = [];
  cells.forEach(({ letter, look }, column) => {
    const last = spans.at(-1);
    const isSame =
      last !== undefined && last.bold === look.bold && last.dim === look.dim && last.colour === look.colour;
    if (isSame) spans[spans.length - 1] = { ...last, text: last.text + letter };
    else spans.push({ text: letter, column, ...look });
  });
  return spans;
}
