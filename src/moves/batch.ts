import type { Step } from "../catalog/step-table.ts";
import type { Outcome } from "../jobs/job.ts";
import { copyItems } from "./batch-copy.ts";
import { type Batch, makeBatch, outcomeOf, outOf, shareSetbacks } from "./batch-item.ts";
import { decideNames, verifiedFacts } from "./batch-names.ts";
import { compareItems, recheckItems } from "./batch-prove.ts";
import { publishItems, removeItems } from "./batch-publish.ts";
import type { MoveSession } from "./session.ts";

/**
 * Steps 1 to 4 of docs/design/move-protocol.md: copies that are durable and compared. What fails here is dropped, and
 * the sources were not touched. @throws TierFailure; the abort signal's reason
 */
export async function proveBatch(session: MoveSession, steps: readonly Step[], ofSet?: number): Promise<Batch> {
  const batch = makeBatch(session, steps);
  const place = { tier: session.tier.name, root: session.source.path, ...(ofSet === undefined ? {} : { ofSet }) };
  await session.timed("journal", () => {
    session.journal.stage(
      batch.key,
      place,
      batch.items.map((item) => item.operation),
    );
  });
  try {
    await session.timed("copy", () => copyItems(session, batch));
    const { copies } = session.syncs;
    if (!session.context.syncEach) await session.timed("sync", () => session.copiers.idlest().ask("sync", copies));
    session.signal.throwIfAborted();
    await session.timed("verify", () => compareItems(session, batch));
    return batch;
  } catch (error) {
    await dropBatch(session, batch);
    throw error;
  }
}

/**
 * Steps 5 to 9 for a batch whose copies are proved. Once it is journalled as verified it is not interrupted: from then
 * on the next run would finish it. @throws TierFailure
 */
export async function finishBatch(session: MoveSession, batch: Batch): Promise<readonly Outcome[]> {
  try {
    await session.timed("verify", () => recheckItems(batch));
    shareSetbacks(batch.items);
    await session.timed("publish", () => decideNames(session, batch.items));
    shareSetbacks(batch.items);
  } catch (error) {
    await dropBatch(session, batch);
    throw error;
  }
  try {
    await recordVerified(session, batch);
    await publishItems(session, batch);
    await removeItems(session, batch);
    return batch.items.map(outcomeOf);
  } catch (error) {
    await endPieces(batch);
    throw error;
  }
}

export async function recordVerified(session: MoveSession, batch: Batch): Promise<void> {
  const failed = batch.items.filter((item) => item.setback !== undefined);
  const verified = batch.items
    .filter((item) => item.setback === undefined)
    .map((item) => ({ operation: item.operation, facts: verifiedFacts(item) }));
  await session.timed("journal", () => {
    session.journal.verify(
      batch.key,
      verified,
      failed.map((item) => item.operation),
    );
  });
  await dropFailed(batch);
}

/** Takes back the staged copies of items with a setback. */
async function dropFailed(batch: Batch): Promise<void> {
  for (const piece of batch.pieces) {
    const indexes = outOf(piece);
    if (indexes.length > 0) await piece.copier.ask("drop", { piece: piece.id, indexes });
  }
}

/** Takes a batch back that is not verified yet, and forgets it. */
export async function dropBatch(session: MoveSession, batch: Batch): Promise<void> {
  for (const { id, copier, items } of batch.pieces) await copier.ask("drop", { piece: id, indexes: [...items.keys()] });
  await endPieces(batch);
  session.journal.dropBatch(batch.key);
}

export async function endPieces(batch: Batch): Promise<void> {
  await Promise.all(batch.pieces.map(({ id, copier }) => copier.ask("end", { piece: id })));
}
