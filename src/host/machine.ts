import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { hasCode } from "../lib/errors.ts";

/** The name that this machine gives itself. */
export function machineName(): string {
  return hostname();
}

/** The names in a directory of configuration, sorted. @throws ENOENT, EACCES, … */
export function namesIn(path: string): readonly string[] {
  return readdirSync(path, "utf8").sort();
}

/** Threads that are worth starting for bulk work: one for each core, at most four. */
export function availableThreads(): number {
  return Math.min(availableParallelism(), 4);
}

/** How many files this process may have open at once; Node has raised its limit as far as it goes. */
export function openFileLimit(): number {
  const limit = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
  return limit === undefined ? Infinity : Number(limit);
}

/** What tells this installation from every other (machine-id(5)); empty where it has none. */
export function machineId(): string {
  try {
    return readFileSync("/etc/machine-id", "utf8").trim();
  } catch (error) {
    if (hasCode(error, "ENOENT")) return "";
    throw error;
  }
}
