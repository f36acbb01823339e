import { readFileSync } from "node:fs";
import { hasCode } from "../lib/errors.ts";

export interface OwnerNames {
  readonly user: (uid: number) => string | undefined;
  readonly group: (gid: number) => string | undefined;
}

/** Names of users and groups from this machine's own files; ids that only a directory service knows have none. */
export function ownerNames(): OwnerNames {
  const users = readNames("/etc/passwd");
  const groups = readNames("/etc/group");
  return { user: (uid) => users.get(uid), group: (gid) => groups.get(gid) };
}

function readNames(file: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const line of textOf(file).split("\n")) {
    const [name, , id] = line.split(":");
    if (name !== undefined && id !== undefined && !names.has(Number(id))) names.set(Number(id), name);
  }
  return names;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT", "EACCES")) return "";
    throw error;
  }
}
