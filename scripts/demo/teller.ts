import { setTimeout as sleep } from "node:timers/promises";
import { count } from "./numbers.ts";

/** Tells the story; in colours and with short pauses on a terminal, in the same words without them elsewhere. */
export interface Teller {
  readonly heading: (text: string) => Promise<void>;
  readonly say: (...lines: readonly string[]) => void;
  /** A command as somebody would type it. */
  readonly typed: (command: string) => Promise<void>;
  /** What is worth a look but no sentence: a file, a list. */
  readonly shown: (lines: readonly string[]) => void;
  /** Numbers, and what they are. */
  readonly facts: (facts: readonly (readonly [number, string])[]) => void;
  readonly table: (rows: readonly Row[]) => void;
}

/** One line of the closing table. */
export interface Row {
  readonly isGood: boolean;
  readonly what: string;
  readonly numbers: string;
}

const width = 80;
const relaxedMs = 25_000;

export function makeTeller(out: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Teller {
  const isTerminal = out.isTTY === true;
  const hasSymbols = isTerminal && isUtf8(env);
  const hasColour = isTerminal && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
  const paint = (codes: string, text: string) => (hasColour ? `\x1b[${codes}m${text}\x1b[0m` : text);
  const print = (text: string) => void out.write(`${text}\n`);
  const begun = performance.now();
  // On a busy machine the commands take long enough.
  const isRelaxed = () => isTerminal && performance.now() - begun < relaxedMs;
  const pause = async (ms: number) => {
    if (isRelaxed()) await sleep(ms);
  };
  let chapter = 0;
  return {
    heading: async (text) => {
      await pause(700);
      chapter += 1;
      const title = `${chapter}  ${text} `;
      const rule = (hasSymbols ? "─" : "-").repeat(Math.max(width - title.length, 3));
      print(`\n${paint("1;36", title)}${paint("2;36", rule)}`);
    },
    say: (...lines) => print(lines.join("\n")),
    typed: async (command) => {
      await pause(300);
      out.write(`\n${paint("2", "$")} `);
      const [begin = "", end = ""] = paint("1", "|").split("|");
      out.write(begin);
      if (isRelaxed()) for (const letter of command) await typeLetter(out, letter);
      else out.write(command);
      out.write(end);
      await pause(250);
      out.write("\n");
    },
    shown: (lines) => print(lines.map((line) => paint("2", `  ${line}`)).join("\n")),
    facts: (facts) => {
      for (const [number, what] of facts) print(`  ${paint("1", count(number).padStart(6))}  ${what}`);
    },
    table: (rows) => {
      const wide = Math.max(...rows.map((row) => row.what.length));
      for (const { isGood, what, numbers } of rows) {
        const [symbol, word, codes] = isGood ? ["✓", "ok  ", "32"] : ["✗", "FAIL", "31"];
        print(`  ${paint(codes, hasSymbols ? symbol : word)} ${what.padEnd(wide)}   ${paint("2", numbers)}`.trimEnd());
      }
    },
  };
}

async function typeLetter(out: NodeJS.WriteStream, letter: string): Promise<void> {
  out.write(letter);
  await sleep(7);
}

function isUtf8(env: NodeJS.ProcessEnv): boolean {
  return /utf-?8/i.test(env.LC_ALL ?? env.LC_CTYPE ?? env.LANG ?? "");
}
