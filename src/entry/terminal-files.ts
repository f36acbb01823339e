import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import type { Terminal } from "../cli/terminal.ts";

/** The terminal that this process was started on, or the files in its place. */
export function fileTerminal(argv: readonly string[]): Terminal {
  const isPlain = argv.includes("--no-color") || (process.env.NO_COLOR ?? "") !== "" || process.env.TERM === "dumb";
  const isTerminal = process.stdout.isTTY === true;
  return {
    print: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(text),
    ask: async (question) => {
      using lines = createInterface({ input: process.stdin, output: process.stderr });
      return await lines.question(question);
    },
    pour: async (bytes) => {
      if (!process.stdout.write(bytes)) await once(process.stdout, "drain");
    },
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    symbols: isTerminal && /utf-?8/i.test(process.env.LC_ALL ?? process.env.LC_CTYPE ?? process.env.LANG ?? ""),
    colour: isTerminal && !isPlain,
    progress: process.stderr.isTTY === true,
  };
}
