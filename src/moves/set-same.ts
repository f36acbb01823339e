import type { OpenSet } from "../catalog/sets.ts";
import { readLinkAt } from "../host/links.ts";
import { closeFd, open, openBeneath, syncFile } from "../host/posix.ts";
import { statAt } from "../host/stat.ts";
import { hasCode } from "../lib/errors.ts";
import { baseName, parentOf, type RawPath } from "../lib/raw-path.ts";
import { cacheDirectories, type DirectoryCache } from "./directories.ts";
import { onTier } from "./failure.ts";
import { notThere } from "./read-back.ts";
import type { MoveSession } from "./session.ts";
import { damagedIn } from "./set-examine.ts";

/** A directory or link of a set, where it would lie. */
export interface ExpectedPart {
  readonly kind: "directory" | "link";
  /** From the tier's root. */
  readonly path: RawPath;
  readonly target: RawPath | undefined;
}

/** The very same set lies at a place of the tier already: each of its files with its bytes, its directories and links. */
export async function isSameSet(
  session: MoveSession,
  set: OpenSet,
  { place, parts }: { readonly place: RawPath; readonly parts: Iterable<ExpectedPart> },
): Promise<boolean> {
  using directories = cacheDirectories(session.tier.root);
  for (const part of parts) if (!onTier(() => isSamePart(directories, part))) return false;
  for (const unfinished of session.sets.batches(set))
    if ((await damagedIn(session, set, { unfinished, place })).length > 0) return false;
  return true;
}

function isSamePart(directories: DirectoryCache, { kind, path, target }: ExpectedPart): boolean {
  try {
    const place = { directory: directories.open(parentOf(path)), name: baseName(path) };
    const found = statAt(place.directory, place.name);
    return found.kind === kind && (kind === "directory" || readLinkAt(place) === target);
  } catch (error) {
    if (hasCode(error, ...notThere)) return false;
    throw error;
  }
}

/** Who wrote what was found there may not have synced it. */
export function syncFound(session: MoveSession, set: OpenSet): void {
  onTier(() => {
    for (const { operations } of session.sets.batches(set))
      for (const { verified } of operations)
        if (verified !== undefined) syncOne(session, verified.storedAs, open.O_NOFOLLOW);
    for (const { kind, storedAs } of session.sets.partsOf(set))
      if (kind === "directory") syncOne(session, storedAs, open.O_DIRECTORY);
  });
}

function syncOne({ tier }: MoveSession, path: RawPath, flags: number): void {
  const fd = openBeneath(tier.root, path, open.O_RDONLY | flags);
  try {
    syncFile(fd, path);
  } finally {
    closeFd(fd);
  }
}
