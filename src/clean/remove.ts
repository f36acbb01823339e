import type { DirectoryRemoval, Removal } from "../catalog/removal-table.ts";
import { holdName, lookAtHeld, unlinkHeld } from "../host/held-name.ts";
import { removeEmptyDirectory } from "../host/posix.ts";
import { isSameDirectory, isUnchanged, isUnchangedBut } from "../host/raw-stat.ts";
import { allocatedBytesIn, linksIn } from "../host/stat-bytes.ts";
import { hasCode, messageOf } from "../lib/errors.ts";
import { baseName, parentOf } from "../lib/raw-path.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import type { UseLook } from "./in-use.ts";
import { type HeldDirectory, holdDirectory, type ScratchRoot } from "./open-directory.ts";
import type { BatchAside } from "./set-aside.ts";

/** `undefined`: it is gone from its place. */
export type Setback = { readonly reason: ReasonCode; readonly code?: string; readonly message?: string } | undefined;

export interface FileDeed {
  readonly held: HeldDirectory;
  readonly removal: Removal;
  readonly look: UseLook;
  /** How many links of the same file this run took away before this one. */
  readonly removedBefore: number;
  /** Sets it aside; `undefined`: it goes for good. */
  readonly take: ((held: HeldDirectory, removal: Removal) => void) | undefined;
}

/**
 * Takes away what was planned if it is still that very thing and nobody uses it: the last look and the deed go by the
 * held directory, so no path is walked in between (HAZARDS D1, D4).
 */
export function removeFile(deed: FileDeed): Setback {
  const { held, removal, look, take } = deed;
  return told(() => {
    holdName(removal.name);
    return look.unlessUsed(held.fd, removal.stat, () => {
      if (!lookAtHeld(held.fd)) return "vanished";
      if (!isPlanned(deed)) return "changed-since-plan";
      if (take === undefined) unlinkHeld(held.fd);
      else take(held, removal);
      held.touched();
      return undefined;
    });
  });
}

/** Taking one link away renews the others' ctime, and unlinking it lowers their count; nothing else may have changed. */
function isPlanned({ removal: { stat }, removedBefore, take }: FileDeed): boolean {
  if (removedBefore === 0) return isUnchanged(stat);
  return isUnchangedBut(stat, linksIn(stat) - (take === undefined ? removedBefore : 0));
}

export interface DirectoryDeed {
  readonly root: ScratchRoot;
  readonly removal: DirectoryRemoval;
  /** Sets it aside, or returns false; `undefined`: it goes for good. */
  readonly take: BatchAside["takeDirectory"] | undefined;
}

/** Removes a directory that is empty by now and otherwise as it was planned; its ctime tells of our own removals. */
export function removeDirectory({ root, removal, take }: DirectoryDeed): Setback {
  const { path, stat } = removal;
  return told(() => {
    const own = holdDirectory(root, path);
    if (typeof own === "string") return own;
    using itself = own;
    const parent = holdDirectory(root, parentOf(path));
    if (typeof parent === "string") return parent;
    using held = parent;
    holdName(baseName(path));
    if (!lookAtHeld(held.fd)) return "vanished";
    if (!isSameDirectory(stat)) return "changed-since-plan";
    const isAside = take?.(held, removal, itself.fd) ?? false;
    if (!isAside) removeEmptyDirectory(held.fd, baseName(path));
    held.touched();
    return undefined;
  });
}

/** What a thing's own failure comes to; it concerns nothing else. */
function told(deed: () => ReasonCode | undefined): Setback {
  try {
    const reason = deed();
    return reason === undefined ? undefined : { reason };
  } catch (error) {
    if (!(error instanceof Error && "call" in error && "code" in error)) throw error;
    if (hasCode(error, "ENOENT")) return { reason: "vanished" };
    if (hasCode(error, "ELOOP", "ENOTDIR", "EISDIR", "ENXIO")) return { reason: "changed-since-plan" };
    if (hasCode(error, "ENOTEMPTY", "EEXIST")) return { reason: "not-empty" };
    if (hasCode(error, "EBUSY")) return { reason: "other-file-system" };
    return { reason: "failed", code: String(error.code), message: messageOf(error) };
  }
}

/** What the file system has more room by. */
export function freedBytes(stat: Buffer, removedBefore: number): number {
  return linksIn(stat) - removedBefore === 1 ? allocatedBytesIn(stat) : 0;
}
