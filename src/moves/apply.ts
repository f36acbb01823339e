import type { Step } from "../catalog/step-table.ts";
import type { Outcome } from "../jobs/job.ts";
import { dropBatch, finishBatch, proveBatch } from "./batch.ts";
import type { Batch } from "./batch-item.ts";
import { missingRoom } from "./room.ts";
import type { MoveSession } from "./session.ts";

const batchBytes = 256 * 2 ** 20;

/**
 * Moves what the plan says, batch by batch, oldest first; the copies of one are made while the one before is brought to
 * its end. @throws TierFailure, or the signal's reason; what was begun is finished or taken back before
 */
export async function* applySteps(session: MoveSession, steps: Iterable<Step>): AsyncGenerator<readonly Outcome[]> {
  let proved: Batch | undefined;
  try {
    for (const batch of whileAllowed(session, batches(steps, session.batchFiles))) {
      const short = missingRoom(session, batch);
      if (short !== undefined) {
        yield batch.map((step) => noRoom(step, short));
        continue;
      }
      const [finished, next] = await Promise.allSettled([finishIfAny(session, proved), proveBatch(session, batch)]);
      proved = next.status === "fulfilled" ? next.value : undefined;
      if (finished.status === "rejected") throw finished.reason;
      if (finished.value.length > 0) yield finished.value;
      if (next.status === "rejected") throw next.reason;
    }
    const last = proved;
    proved = undefined;
    if (last !== undefined) yield await finishBatch(session, last);
  } finally {
    if (proved !== undefined) await dropBatch(session, proved);
  }
}

function* whileAllowed<T>({ pacer }: MoveSession, batches: Iterable<T>): Generator<T> {
  for (const batch of batches) {
    if (pacer.stopReason() !== undefined) return;
    yield batch;
  }
}

async function finishIfAny(session: MoveSession, batch: Batch | undefined): Promise<readonly Outcome[]> {
  return batch === undefined ? [] : await finishBatch(session, batch);
}

/** Up to 1,000 files or 256 MiB; a file and a link group are never split, and what is larger is a batch alone. */
export function* batches(steps: Iterable<Step>, batchFiles: number): Generator<readonly Step[]> {
  let batch: Step[] = [];
  let bytes = 0;
  for (const step of steps) {
    const last = batch.at(-1);
    const isLink = last?.identity.inode === step.identity.inode && last.identity.device === step.identity.device;
    const isFull = batch.length >= batchFiles || bytes + step.identity.sizeBytes > batchBytes;
    if (last !== undefined && isFull && !isLink) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(step);
    if (!isLink) bytes += step.identity.sizeBytes;
  }
  if (batch.length > 0) yield batch;
}

function noRoom(step: Step, message: string): Outcome {
  return {
    path: step.path,
    result: "no-room",
    sizeBytes: Math.round(step.identity.sizeBytes / step.identity.links),
    storedBytes: 0,
    code: "ENOSPC",
    message,
  };
}
