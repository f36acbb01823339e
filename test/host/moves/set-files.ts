import { execFileSync } from "node:child_process";
import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import type { MoveRule } from "../../../src/moves/rule.ts";
import { bytePath, hashOf } from "./files.ts";

/** Sets at once, without the day in which nothing in them may change. */
export const setRule: Partial<MoveRule> = { unit: "entry", settledForMs: 0, settledForGiven: true };

/** All times of all that lies below a path, and of itself, so many days ago; links themselves included. */
export function ageTree(path: string, days: number): void {
  execFileSync("find", [path, "-depth", "-exec", "touch", "-h", "-d", `${days} days ago`, "{}", "+"]);
}

/**
 * Everything below a directory that a restore must bring back, by relative path in `latin1`: kind, mode, owner, time to
 * the nanosecond, content or target, and the first name of the same inode.
 */
export function treeBelow(root: string): ReadonlyMap<string, string> {
  const inodes = new Map<bigint, string>();
  return new Map([...pathsBelow(root, "")].map((path) => [path, describe(root, path, inodes)]));
}

function* pathsBelow(root: string, below: string): Generator<string> {
  const names = readdirSync(bytePath(root, below), { encoding: "latin1" as "utf8" }).toSorted();
  for (const name of names) {
    const path = below === "" ? name : `${below}/${name}`;
    yield path;
    if (lstatSync(bytePath(root, path)).isDirectory()) yield* pathsBelow(root, path);
  }
}

function describe(root: string, path: string, inodes: Map<bigint, string>): string {
  const at = bytePath(root, path);
  const stat = lstatSync(at, { bigint: true });
  const { mode, uid, gid, mtimeNs, ino } = stat;
  const about = `${mode.toString(8)} ${uid}:${gid} ${mtimeNs}`;
  if (stat.isDirectory()) return about;
  if (stat.isSymbolicLink()) return `${about} -> ${readlinkSync(at, { encoding: "latin1" as BufferEncoding })}`;
  if (!stat.isFile()) return about;
  const first = inodes.get(ino) ?? path;
  inodes.set(ino, first);
  return `${about} ${hashOf(at)} ${first}`;
}
