import { fork } from "node:child_process";

export interface ChildEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The last of what it wrote to stderr. */
  readonly stderr: string;
}

/** A process of our own with a message channel. */
export interface Child<Sent> {
  readonly pid: number | undefined;
  readonly send: (message: Sent) => void;
  readonly kill: () => void;
  /** Stops listening, and lets this process end without a child that may be stuck in the kernel. */
  readonly abandon: () => void;
  readonly ended: Promise<ChildEnd>;
}

const stderrKept = 8_192;

/** A short-lived heap that stays small: rows and messages come and go, and a server has better use for the memory. */
const smallHeap = ["--max-semi-space-size=4"];

/** Starts one of our entry points in a process of its own; every message it sends is handed on. */
export function startChild<Sent, Received>(entryPoint: string, onMessage: (message: Received) => void): Child<Sent> {
  const execArgv = [...process.execArgv, ...smallHeap];
  const child = fork(entryPoint, [], { stdio: ["ignore", "ignore", "pipe", "ipc"], execArgv });
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString("utf8")).slice(-stderrKept);
  });
  child.on("message", (message) => onMessage(message as Received));
  const { promise, resolve } = Promise.withResolvers<ChildEnd>();
  child.on("error", (error) => resolve({ exitCode: null, signal: null, stderr: error.message }));
  child.on("close", (exitCode, signal) => resolve({ exitCode, signal, stderr: stderr.trim() }));
  return {
    pid: child.pid,
    send: (message) => {
      if (child.connected) child.send(message as object);
    },
    kill: () => {
      child.kill("SIGKILL");
    },
    abandon: () => {
      if (child.connected) child.disconnect();
      child.stderr?.destroy();
      child.unref();
    },
    ended: promise,
  };
}
