import { spawn } from "node:child_process";

export interface CommandResult {
  /** The exit code, or `undefined` when it was killed or could not be started. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  /** The last lines of stderr, at most 4 KiB. */
  readonly stderr: string;
  readonly timedOut: boolean;
  /** The command is not installed. */
  readonly missing: boolean;
}

export interface CommandOptions {
  readonly timeoutMs: number;
  /** Bytes of stdout kept; more ends the command. Default 16 MiB. */
  readonly maxBytes?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export type Exec = (command: string, args: readonly string[], options: CommandOptions) => Promise<CommandResult>;

const stderrKept = 4_096;
const path = "/usr/sbin:/usr/bin:/sbin:/bin";

/** Runs a command without a shell, in a process group of its own that is killed at the timeout. Never throws for its failure. */
export const runCommand: Exec = (command, args, options) => {
  const { promise, resolve } = Promise.withResolvers<CommandResult>();
  const env = { PATH: path, LC_ALL: "C", ...options.env };
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], detached: true, env });
  const stdout: Buffer[] = [];
  let stdoutBytes = 0;
  let stderr = "";
  let timedOut = false;
  let missing = false;
  const kill = () => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  };
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, options.timeoutMs);
  child.stdout.on("data", (chunk: Buffer) => {
    stdoutBytes += chunk.length;
    if (stdoutBytes > (options.maxBytes ?? 16 * 2 ** 20)) kill();
    else stdout.push(chunk);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString("utf8")).slice(-stderrKept);
  });
  child.on("error", (error: NodeJS.ErrnoException) => {
    missing = error.code === "ENOENT";
    stderr = error.message;
  });
  child.on("close", (code) => {
    clearTimeout(timer);
    const exitCode = missing || timedOut || code === null || code < 0 ? undefined : code;
    resolve({ exitCode, stdout: Buffer.concat(stdout).toString("utf8"), stderr: stderr.trim(), timedOut, missing });
  });
  return promise;
};
