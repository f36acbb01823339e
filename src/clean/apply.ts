import type { DirectoryRemoval, Removal } from "../catalog/removal-table.ts";
import { allocatedBytesIn, inodeIn, linksIn, sizeBytesIn } from "../host/stat-bytes.ts";
import type { Outcome } from "../jobs/job.ts";
import { pathIn, type RawPath } from "../lib/raw-path.ts";
import { openUseLook } from "./in-use.ts";
import { holdDirectory } from "./open-directory.ts";
import type { CleanPlan } from "./plan.ts";
import { type FileDeed, freedBytes, removeDirectory, removeFile, type Setback } from "./remove.ts";
import type { CleanSession } from "./session.ts";

const batchFiles = 1_000;

/**
 * First, what lay aside for long enough goes for good. Then what the plan says, a directory's files together, and at last
 * the directories that are empty by then. Each batch is by itself: a run that is killed has done what it had done.
 * Returns false when it was stopped before the end. @throws the signal's reason between two batches
 */
export async function* applyClean(
  plan: CleanPlan,
  session: CleanSession,
): AsyncGenerator<readonly Outcome[], boolean, undefined> {
  for (const work of pieces(plan, session)) {
    session.signal.throwIfAborted();
    await session.pacer.pace({ read: 0, written: 0 });
    session.signal.throwIfAborted();
    if (session.pacer.stopReason() !== undefined) return false;
    yield work();
  }
  return true;
}

type Work = () => readonly Outcome[];

function* pieces({ table, expired }: CleanPlan, session: CleanSession): Generator<Work> {
  for (const batch of batches(expired())) yield () => session.removeExpired(batch);
  const links = countLinks();
  for (const batch of batches(table.single())) yield () => removeBatch(batch, links, session);
  for (const batch of batches(table.linked())) yield () => removeBatch(batch, links, session);
  for (const batch of batches(table.directories())) {
    yield () => batch.map((directory) => removeOneDirectory(directory, session));
  }
}

function* batches<T>(all: Iterable<T>): Generator<readonly T[]> {
  let batch: T[] = [];
  for (const one of all) {
    batch.push(one);
    if (batch.length < batchFiles) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** How many links of a file went already; those of one file stand together. */
interface LinkCount {
  readonly before: (stat: Buffer) => number;
  readonly removed: (stat: Buffer) => void;
}

function countLinks(): LinkCount {
  let last: bigint | undefined;
  let count = 0;
  const before = (stat: Buffer) => (linksIn(stat) > 1 && inodeIn(stat) === last ? count : 0);
  return {
    before,
    removed: (stat) => {
      if (linksIn(stat) === 1) return;
      count = before(stat) + 1;
      last = inodeIn(stat);
    },
  };
}

function removeBatch(batch: readonly Removal[], links: LinkCount, session: CleanSession): readonly Outcome[] {
  const look = openUseLook(session.filesystemType);
  using aside = session.setAside?.begin(batch);
  const batchDeed = { look, links, take: aside?.take };
  return byDirectory(batch).flatMap((removals) => removeTogether(removals, batchDeed, session));
}

interface BatchDeed extends Pick<FileDeed, "look" | "take"> {
  readonly links: LinkCount;
}

function removeTogether(removals: Together, { links, ...deed }: BatchDeed, session: CleanSession): readonly Outcome[] {
  const held = holdDirectory(session.root, removals[0].directory);
  using _closing = typeof held === "string" ? undefined : held;
  return removals.map((removal) => {
    const { stat } = removal;
    const removedBefore = links.before(stat);
    const setback = typeof held === "string" ? { reason: held } : removeFile({ held, removal, removedBefore, ...deed });
    if (setback === undefined) links.removed(stat);
    const gone = { path: pathIn(removal.directory, removal.name), sizeBytes: sizeBytesIn(stat) };
    const freed = { result: "cleaned", freedBytes: freedBytes(stat, removedBefore) } as const;
    return outcomeOf(gone, deed.take === undefined ? freed : { result: "quarantined" }, setback);
  });
}

/** Removals of one directory. */
type Together = readonly [Removal, ...Removal[]];

function byDirectory(batch: readonly Removal[]): readonly Together[] {
  const groups: [Removal, ...Removal[]][] = [];
  for (const removal of batch) {
    const last = groups.at(-1);
    if (last?.[0].directory === removal.directory) last.push(removal);
    else groups.push([removal]);
  }
  return groups;
}

function removeOneDirectory(directory: DirectoryRemoval, { root }: CleanSession): Outcome {
  const done = { result: "cleaned", freedBytes: allocatedBytesIn(directory.stat) } as const;
  return outcomeOf({ path: directory.path, sizeBytes: 0 }, done, removeDirectory(root, directory));
}

interface Gone {
  readonly path: RawPath;
  readonly sizeBytes: number;
}

function outcomeOf(gone: Gone, done: Pick<Outcome, "result" | "freedBytes">, setback: Setback): Outcome {
  if (setback === undefined) return { ...gone, storedBytes: 0, ...done };
  const { reason, ...error } = setback;
  return { ...gone, storedBytes: 0, result: reason, ...error };
}
