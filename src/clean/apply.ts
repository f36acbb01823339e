import type { Quarantined } from "../catalog/quarantine.ts";
import type { DirectoryRemoval, Removal } from "../catalog/removal-table.ts";
import { allocatedBytesIn, inodeIn, linksIn, sizeBytesIn } from "../host/stat-bytes.ts";
import type { Outcome } from "../jobs/job.ts";
import { pathIn } from "../lib/raw-path.ts";
import { applyPacks } from "./apply-packs.ts";
import { openUseLook } from "./in-use.ts";
import { holdDirectory } from "./open-directory.ts";
import { outcomeOf } from "./outcome.ts";
import type { CleanPlan } from "./plan.ts";
import { type FileDeed, freedBytes, removeDirectory, removeFile } from "./remove.ts";
import { type CleanSession, mayGoOn, type Outcomes } from "./session.ts";

const batchFiles = 1_000;

/**
 * First, what lay aside for long enough goes for good. Then what the plan says, a directory's files together, and at last
 * the directories that are empty by then. Each batch is by itself: a run that is killed has done what it had done.
 * Returns false when it was stopped before the end. @throws the signal's reason, once what was begun is told
 */
export async function* applyClean(plan: CleanPlan, session: CleanSession): Outcomes {
  const isWhole = yield* applyAll(plan, session);
  if (!isWhole) session.signal.throwIfAborted();
  return isWhole;
}

async function* applyAll({ table, expired }: CleanPlan, session: CleanSession): Outcomes {
  const forGood = (batch: readonly Quarantined[]) => session.removeExpired(batch);
  if (!(yield* inBatches(expired(), forGood, session))) return false;
  const links = countLinks();
  const removals = (batch: readonly Removal[]) => removeBatch(batch, links, session);
  const isSingleDone =
    session.setAside === undefined ? applyPacks(table, session) : inBatches(table.single(), removals, session);
  if (!(yield* isSingleDone)) return false;
  if (!(yield* inBatches(table.linked(), removals, session))) return false;
  const directories = (batch: readonly DirectoryRemoval[]) => removeDirectories(batch, session);
  return yield* inBatches(table.directories(), directories, session);
}

/** Returns false when it was stopped before the end. */
async function* inBatches<T>(
  all: Iterable<T>,
  work: (batch: readonly T[]) => readonly Outcome[],
  session: CleanSession,
): Outcomes {
  for (const batch of batches(all)) {
    if (!(await mayGoOn(session))) return false;
    yield work(batch);
  }
  return true;
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

function removeDirectories(batch: readonly DirectoryRemoval[], { root, setAside }: CleanSession): readonly Outcome[] {
  using aside = setAside?.begin(batch);
  const take = aside?.takeDirectory;
  return batch.map((removal) => {
    const freed = { result: "cleaned", freedBytes: allocatedBytesIn(removal.stat) } as const;
    const setback = removeDirectory({ root, removal, take });
    return outcomeOf(
      { path: removal.path, sizeBytes: 0 },
      take === undefined ? freed : { result: "quarantined" },
      setback,
    );
  });
}
