import { readdirSync } from "node:fs";
import { hostname } from "node:os";

/** The name that this machine gives itself. */
export function machineName(): string {
  return hostname();
}

/** The names in a directory of configuration, sorted. @throws ENOENT, EACCES, … */
export function namesIn(path: string): readonly string[] {
  return readdirSync(path, "utf8").sort();
}
