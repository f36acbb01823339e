import type { Operation, UnfinishedBatch } from "../catalog/operation.ts";
import type { SetTable } from "../catalog/set-table.ts";
import type { OpenSet } from "../catalog/sets.ts";
import { unlinkFile } from "../host/posix.ts";
import { nameExists } from "../host/stat.ts";
import { hasCode } from "../lib/errors.ts";
import { baseName, parentOf, type RawPath } from "../lib/raw-path.ts";
import { endPieces } from "./batch.ts";
import { loadPiece } from "./batch-copy.ts";
import type { Batch } from "./batch-item.ts";
import { cacheDirectories, type DirectoryCache } from "./directories.ts";
import { onTier } from "./failure.ts";
import { stagedName } from "./piece.ts";
import { itemsOf } from "./recover.ts";
import type { MoveSession } from "./session.ts";
import { placeItems } from "./set-copy.ts";
import { damagedIn } from "./set-examine.ts";
import { inTree, type SetWork } from "./set-place.ts";

/**
 * Goes on with a set that an earlier run began: what is proved and still as planned counts as copied, all else of it is
 * taken back. @returns the batches that are kept: they are read back once more before the set is published
 */
export async function resumeSet(session: MoveSession, work: SetWork): Promise<readonly number[]> {
  const { set, table, id } = work;
  const kept: number[] = [];
  for (const batch of session.sets.batches(set)) {
    if (batch.state === "staged") {
      takeBack(session, set, batch.operations);
      session.journal.dropBatch(batch.key);
      continue;
    }
    const stale = batch.operations.filter((operation) => !isStill(table, id, operation));
    takeBack(session, set, stale);
    if (stale.length > 0) session.journal.drop(batch.key, stale);
    const fresh = batch.operations.filter((operation) => !stale.includes(operation));
    const lost = await placeLate(session, work, { ...batch, operations: fresh });
    for (const { path, seq } of fresh) if (!lost.has(seq)) table.markCopied(id, path);
    kept.push(batch.key.first);
  }
  return kept;
}

function isStill(table: SetTable, id: number, { path, identity, verified }: Operation): boolean {
  const planned = table.member(id, path);
  if (planned === undefined || planned.kind !== "file" || verified === undefined) return false;
  const now = planned.identity;
  return (
    now.device === identity.device &&
    now.inode === identity.inode &&
    now.sizeBytes === identity.sizeBytes &&
    now.modifiedNs === identity.modifiedNs &&
    now.changedNs === identity.changedNs &&
    now.links === identity.links
  );
}

/** The run died when these were proved, and not yet in their places. @returns those that are not to be found */
async function placeLate(
  session: MoveSession,
  work: SetWork,
  unfinished: UnfinishedBatch,
): Promise<ReadonlySet<number>> {
  using directories = cacheDirectories(session.tier.root);
  const late = itemsOf(unfinished).filter(
    ({ storedAs }) => storedAs !== undefined && !isThere(directories, inTree(work.set, storedAs)),
  );
  if (late.length === 0) return new Set();
  const batch: Batch = { key: unfinished.key, items: late, pieces: [] };
  await loadPiece(session, batch, late);
  await placeItems(session, work, batch);
  await endPieces(batch);
  return new Set(late.flatMap(({ setback, operation }) => (setback === undefined ? [] : [operation.seq])));
}

function isThere(directories: DirectoryCache, path: RawPath): boolean {
  return onTier(() => {
    try {
      return nameExists(directories.open(parentOf(path)), baseName(path));
    } catch (error) {
      if (hasCode(error, "ENOENT")) return false;
      throw error;
    }
  });
}

/** Removes what the journal names, in the staging folder and in the set's tree. */
export function takeBack(session: MoveSession, set: OpenSet, operations: readonly Operation[]): void {
  using directories = cacheDirectories(session.tier.root);
  onTier(() => {
    for (const { seq, verified } of operations) {
      remove(() => ({ directory: session.context.staging, name: stagedName(seq) }));
      if (verified === undefined) continue;
      const path = inTree(set, verified.storedAs);
      remove(() => ({ directory: directories.open(parentOf(path)), name: baseName(path) }));
    }
  });
}

function remove(place: () => { readonly directory: number; readonly name: RawPath }): void {
  try {
    const { directory, name } = place();
    unlinkFile(directory, name);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}

/** Reads back what earlier runs left in a set's tree; what is not as it was is taken back. True when all is good. */
export async function proveAgain(session: MoveSession, set: OpenSet, firsts: readonly number[]): Promise<boolean> {
  let isGood = true;
  for (const unfinished of session.sets.batches(set)) {
    if (!firsts.includes(unfinished.key.first)) continue;
    const damaged = await damagedIn(session, set, { unfinished, place: set.tree });
    if (damaged.length === 0) continue;
    isGood = false;
    takeBack(session, set, damaged);
    session.journal.drop(unfinished.key, damaged);
  }
  return isGood;
}
