import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

/** A service that still has an old log open, and writes to it when it has something to say. */
export interface LiveWriter {
  /** Has it write one line; true when that line is the end of the file under its old name. */
  readonly write: (line: string) => Promise<boolean>;
  readonly stop: () => Promise<void>;
}

const script = `exec 3>>"$0"; echo open; while IFS= read -r line; do printf '%s\\n' "$line" >&3; echo written; done`;

export async function startWriter(path: string, running: Set<ChildProcess>): Promise<LiveWriter> {
  const child = spawn("sh", ["-c", script, path], { stdio: ["pipe", "pipe", "inherit"] });
  running.add(child);
  child.once("exit", () => running.delete(child));
  await once(child.stdout, "data");
  return {
    write: async (line) => {
      child.stdin.write(`${line}\n`);
      await once(child.stdout, "data");
      return readFileSync(path, "utf8").endsWith(`${line}\n`);
    },
    stop: async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}
