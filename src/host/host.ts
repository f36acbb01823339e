import { randomBytes } from "node:crypto";
import type { Exec } from "./exec.ts";
import { runCommand } from "./exec.ts";

/** Every effect that is not a system call on an open descriptor; only entry points and tests make one. */
export interface Host {
  readonly clock: Clock;
  readonly exec: Exec;
  readonly random: (bytes: number) => Buffer;
}

export interface Clock {
  /** Wall time in milliseconds since 1970. */
  readonly now: () => number;
  /** Monotonic milliseconds, for measuring. */
  readonly elapsed: () => number;
}

export function realHost(): Host {
  return {
    clock: { now: () => Date.now(), elapsed: () => performance.now() },
    exec: runCommand,
    random: (bytes) => randomBytes(bytes),
  };
}
