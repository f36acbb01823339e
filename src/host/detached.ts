import { spawn } from "node:child_process";

export interface DetachedChild {
  /** Settles when the child has ended and all that it wrote was read; never for one that is stuck. */
  readonly ended: Promise<DetachedEnd>;
  /** Stops listening and lets this process end without the child, which may be stuck in the kernel. */
  readonly abandon: () => void;
}

export interface DetachedEnd {
  readonly exitCode: number | undefined;
  /** The last 2 KiB of stderr. */
  readonly stderr: string;
}

export interface DetachedOptions {
  readonly onLine: (line: string) => void;
  /** Becomes the child's descriptor 3; a lock on it lasts as long as the child. */
  readonly inherit?: number;
}

const stderrKept = 2_048;
const longestLine = 64 * 2 ** 20;

/**
 * Starts a script of ours with this very Node, in a session of its own, so that Ctrl-C and our own end do not reach it.
 * Nothing here waits for it but `ended`.
 */
export function startDetached(script: string, args: readonly string[], options: DetachedOptions): DetachedChild {
  const { promise, resolve } = Promise.withResolvers<DetachedEnd>();
  const inherited = options.inherit === undefined ? [] : [options.inherit];
  const child = spawn(process.execPath, [...nodeOptions(), script, ...args], {
    detached: true,
    cwd: "/",
    stdio: ["ignore", "pipe", "pipe", ...inherited],
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
  });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("a child was started without its pipes");
  let words = "";
  let rest = "";
  stdout.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = (rest + chunk).slice(-longestLine).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(options.onLine);
  });
  stderr.setEncoding("utf8").on("data", (chunk: string) => {
    words = (words + chunk).slice(-stderrKept);
  });
  child.on("error", (error) => resolve({ exitCode: undefined, stderr: error.message }));
  child.on("close", (code) => resolve({ exitCode: code ?? undefined, stderr: words.trim() }));
  const abandon = () => {
    stdout.destroy();
    stderr.destroy();
    child.unref();
  };
  return { ended: promise, abandon };
}

/** This process's own options for Node; those of its test runner would start another one. */
function nodeOptions(): readonly string[] {
  return process.execArgv.filter((option) => !option.startsWith("--test"));
}

/** Ends this process even while a thread of Node's pool is stuck, for which `process.exit` would wait (measured). */
export function endAtOnce(): never {
  process.kill(process.pid, "SIGKILL");
  throw new Error("SIGKILL to this process itself did not end it");
}
