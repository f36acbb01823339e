import type { SetTable } from "../catalog/set-table.ts";
import type { OpenSet } from "../catalog/sets.ts";
import { closeFd } from "../host/posix.ts";
import { nameExists } from "../host/stat.ts";
import { hasCode } from "../lib/errors.ts";
import { baseName, parentOf, type RawPath } from "../lib/raw-path.ts";
import { openDirectory } from "../scan/open-directory.ts";
import { ensureDirectory, privateLook } from "./directories.ts";
import type { MoveSession } from "./session.ts";

/** A set that is being moved, and what the plan says of it. */
export interface SetWork {
  readonly set: OpenSet;
  readonly table: SetTable;
  readonly id: number;
}

/** The place of something in a set's tree, both from the tier's root; `storedAs` as it is to lie. */
export function inTree(set: OpenSet, storedAs: RawPath): RawPath {
  return `${set.tree}${storedAs.slice(set.storedAs.length)}` as RawPath;
}

/** The absolute path of something in a set, from the source's root. */
export function fromRoot({ root }: OpenSet, path: RawPath): RawPath {
  return path.slice(root === "/" ? 1 : root.length + 1) as RawPath;
}

/** Where something of a set is to lie, under its own name; `path` from the source's root. */
export function inStore(set: OpenSet, path: RawPath): RawPath {
  return `${set.storedAs}${path.slice(set.entry.length)}` as RawPath;
}

/** Makes a directory of a set's tree and those above it; nobody else may look into them until the set is whole. */
export function ensureInTree({ tier, context }: MoveSession, path: RawPath): void {
  ensureDirectory(tier.root, path, { look: () => privateLook, sync: context.syncEach });
}

/** Something lies there, whatever it is, a link included; `path` from the root. */
export function liesThere(root: number, path: RawPath): boolean {
  try {
    const parent = openDirectory(root, parentOf(path));
    try {
      return nameExists(parent, baseName(path));
    } finally {
      closeFd(parent);
    }
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}
