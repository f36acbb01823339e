import { readdirSync, readFileSync } from "node:fs";
import { hasCode } from "../lib/errors.ts";

/** What a process does, as far as the kernel tells from outside; asking never waits for what the process waits for. */
export interface Activity {
  /** All that it has read and written so far. */
  readonly ioBytes: number;
  /** What this machine has still to write back. */
  readonly unwrittenBytes: number;
}

/** `undefined` when there is no such process, or it is not ours to look at. */
export function readActivity(pid: number): Activity | undefined {
  const io = textIfThere(`/proc/${pid}/io`);
  if (io === undefined) return undefined;
  const counters = [...io.matchAll(/^(?:rchar|wchar|read_bytes|write_bytes): (\d+)$/gm)];
  const kib = [...readFileSync("/proc/meminfo", "utf8").matchAll(/^(?:Dirty|Writeback):\s+(\d+) kB$/gm)];
  return { ioBytes: sum(counters), unwrittenBytes: sum(kib) * 1024 };
}

/** `stuck`: one of its threads waits in the kernel where no signal reaches it (state D); `undefined`: there is none. */
export function processState(pid: number): "alive" | "stuck" | undefined {
  const states = threadsOf(pid).map((thread) => textIfThere(`/proc/${pid}/task/${thread}/stat`));
  if (states.every((stat) => stat === undefined)) return undefined;
  return states.some((stat) => stat !== undefined && /\) D /.test(stat)) ? "stuck" : "alive";
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ESRCH", "EACCES")) return [];
    throw error;
  }
}

function textIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT", "ESRCH", "EACCES")) return undefined;
    throw error;
  }
}

function sum(matches: readonly RegExpExecArray[]): number {
  return matches.reduce((total, match) => total + Number(match[1]), 0);
}
