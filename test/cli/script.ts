import { readFileSync, writeFileSync } from "node:fs";

/** One command and what it prints. */
export interface Step {
  /** Prose and blank lines before it, as they stand in the file. */
  readonly before: readonly string[];
  readonly command: string;
  /** With `[exit N]` at the end when it is not 0. */
  readonly expected: string;
}

export interface Script {
  readonly steps: readonly Step[];
  /** What stands after the last step. */
  readonly rest: readonly string[];
}

/** Reads a transcript; `printScript` writes the same text. */
export function readScript(file: string): Script {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const steps: Step[] = [];
  let before: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? "";
    if (!line.startsWith("$ ")) {
      if (line !== "" && !line.startsWith("#")) throw new Error(`${file}:${at + 1}: neither # prose nor $ command`);
      before.push(line);
      at += 1;
      continue;
    }
    const command = [line.slice(2)];
    for (at += 1; lines[at]?.startsWith("> ") === true || lines[at] === ">"; at++)
      command.push(lines[at]?.slice(2) ?? "");
    const end = endOfOutput(lines, at);
    steps.push({ before, command: command.join("\n"), expected: lines.slice(at, end).join("\n") });
    before = [];
    at = end;
  }
  return { steps, rest: before };
}

/** Output ends at the next command, or at a blank line that is followed by a command or by prose. */
function endOfOutput(lines: readonly string[], from: number): number {
  let at = from;
  while (at < lines.length) {
    const [line, next] = [lines[at] ?? "", lines[at + 1] ?? ""];
    if (line.startsWith("$ ") || (line === "" && /^(\$ |# )/.test(next))) break;
    at += 1;
  }
  return at;
}

export function writeScript(file: string, { steps, rest }: Script): void {
  const lines = steps.flatMap(({ before, command, expected }) => [
    ...before,
    ...command.split("\n").map((line, index) => (index === 0 ? `$ ${line}` : `> ${line}`.trimEnd())),
    ...(expected === "" ? [] : [expected]),
  ]);
  writeFileSync(file, `${[...lines, ...rest].join("\n")}\n`);
}
