import type { Removal } from "../catalog/removal-table.ts";
import type { Outcome } from "../jobs/job.ts";
import { joinPath, type RawPath } from "../lib/raw-path.ts";
import { openUseLook } from "./in-use.ts";
import { holdDirectory } from "./open-directory.ts";
import type { CleanPlan } from "./plan.ts";
import { freedBytes, removeDirectory, removeFile, type Setback } from "./remove.ts";
import type { CleanSession } from "./session.ts";

const batchFiles = 1_000;

/**
 * Removes what the plan says, a directory's files together, then the directories that are empty by then. Each batch is
 * by itself: a run that is killed has done what it had done. @throws the signal's reason between two batches
 */
export async function* applyClean({ table }: CleanPlan, session: CleanSession): AsyncGenerator<readonly Outcome[]> {
  for (const batch of batches(table.single())) {
    if (await isStopped(session)) return;
    yield removeBatch(batch, session);
  }
  for (const batch of batches(table.linked())) {
    if (await isStopped(session)) return;
    yield removeBatch(batch, session);
  }
  for (const batch of batches(table.directories())) {
    if (await isStopped(session)) return;
    yield batch.map((directory) => {
      const setback = removeDirectory(session.root, directory);
      return outcomeOf({ path: directory.path, sizeBytes: 0, freed: directory.identity.allocatedBytes }, setback);
    });
  }
}

async function isStopped({ signal, pacer }: CleanSession): Promise<boolean> {
  signal.throwIfAborted();
  await pacer.pace({ read: 0, written: 0 });
  signal.throwIfAborted();
  return pacer.stopReason() !== undefined;
}

/** The links of one file are never split. */
function* batches<T extends { readonly identity: { readonly inode: bigint } }>(
  all: Iterable<T>,
): Generator<readonly T[]> {
  let batch: T[] = [];
  for (const one of all) {
    if (batch.length >= batchFiles && batch.at(-1)?.identity.inode !== one.identity.inode) {
      yield batch;
      batch = [];
    }
    batch.push(one);
  }
  if (batch.length > 0) yield batch;
}

function removeBatch(batch: readonly Removal[], session: CleanSession): readonly Outcome[] {
  const look = openUseLook(session.filesystemType);
  const outcomes: Outcome[] = [];
  const removedOf = new Map<bigint, number>();
  for (const removals of byDirectory(batch)) {
    const held = holdDirectory(session.root, removals[0].directory);
    using _closing = typeof held === "string" ? undefined : held;
    for (const removal of removals) {
      const removedBefore = removedOf.get(removal.identity.inode) ?? 0;
      const setback = typeof held === "string" ? { reason: held } : removeFile({ held, removal, look, removedBefore });
      if (setback === undefined && removal.identity.links > 1) {
        removedOf.set(removal.identity.inode, removedBefore + 1);
      }
      const { sizeBytes } = removal.identity;
      const freed = freedBytes(removal.identity, removedBefore);
      const path = joinPath(removal.directory, removal.name);
      outcomes.push(outcomeOf({ path, sizeBytes, freed }, setback));
    }
  }
  return outcomes;
}

function* byDirectory(batch: readonly Removal[]): Generator<readonly [Removal, ...Removal[]]> {
  let group: [Removal, ...Removal[]] | undefined;
  for (const removal of batch) {
    if (group !== undefined && group[0].directory === removal.directory) group.push(removal);
    else {
      if (group !== undefined) yield group;
      group = [removal];
    }
  }
  if (group !== undefined) yield group;
}

interface Gone {
  readonly path: RawPath;
  readonly sizeBytes: number;
  readonly freed: number;
}

function outcomeOf({ path, sizeBytes, freed }: Gone, setback: Setback): Outcome {
  if (setback === undefined) return { path, result: "cleaned", sizeBytes, storedBytes: 0, freedBytes: freed };
  const { reason, ...error } = setback;
  return { path, result: reason, sizeBytes, storedBytes: 0, ...error };
}
