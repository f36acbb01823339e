import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export interface PtyRequest {
  readonly command: string;
  readonly cwd: string;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A program on a real terminal of its own (`script` of util-linux), with somebody who types. */
export interface Pty extends AsyncDisposable {
  /** All that the terminal was sent so far, escape sequences and all. */
  readonly output: () => string;
  /** Resolves when the output has it. */
  readonly until: (pattern: RegExp) => Promise<void>;
  readonly type: (text: string) => void;
  readonly exitCode: Promise<number | null>;
}

export const ctrlC = "\x03";
const patienceMs = 60_000;

export function openPty({ command, cwd, columns = 80, env = {} }: PtyRequest): Pty {
  // `script` answers with the exit code of its command.
  const shell = `stty cols ${columns} rows 24; exec ${command}`;
  const child = spawn("script", ["-qec", shell, "/dev/null"], {
    cwd,
    stdio: ["pipe", "pipe", "inherit"],
    env: { PATH: process.env.PATH, HOME: cwd, LANG: "C.UTF-8", TERM: "xterm-256color", TZ: "UTC", USER: "ops", ...env },
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString("utf8");
  });
  const exitCode = once(child, "close").then(([code]) => code as number | null);
  return {
    output: () => output,
    until: (pattern) => untilOutput(child, pattern, () => output),
    type: (text) => void child.stdin.write(text),
    exitCode,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null) child.kill("SIGHUP");
      await exitCode;
    },
  };
}

async function untilOutput(child: ChildProcess, pattern: RegExp, output: () => string): Promise<void> {
  const stdout = child.stdout;
  if (stdout === null) throw new Error("no terminal");
  const signal = AbortSignal.timeout(patienceMs);
  while (!pattern.test(output())) {
    if (child.exitCode !== null || signal.aborted) throw new Error(`no ${pattern} in:\n${output()}`);
    await Promise.race([once(stdout, "data", { signal }), once(child, "close")]);
  }
}

/** What somebody sees at the end: redrawn lines as they were drawn last, without colours. */
export function seen(output: string): string {
  const esc = String.fromCharCode(27);
  return output
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line) => line.split(`\r${esc}[K`).at(-1) ?? "")
    .join("\n")
    .replaceAll(new RegExp(`${esc}\\[[0-9;?]*[A-Za-z]`, "g"), "");
}
