import type { RawPath } from "../lib/raw-path.ts";
import { batches } from "./apply.ts";
import { dropBatch, endPieces, proveBatch, recordVerified } from "./batch.ts";
import { applySetbacks, type Batch, type Item, shareSetbacks } from "./batch-item.ts";
import { recheckItems } from "./batch-prove.ts";
import { onTier } from "./failure.ts";
import { missingRoom } from "./room.ts";
import type { MoveSession } from "./session.ts";
import { decideNamesInSet, directoriesOf } from "./set-names.ts";
import { ensureInTree, inTree, type SetWork } from "./set-place.ts";
import { type SetStop, setbackOf } from "./set-stop.ts";

/**
 * Copies the files of a set that no run has copied yet, batch by batch through steps 1 to 5, and puts each into the
 * set's tree. What is proved stays there whatever comes after. `undefined`: all of them are there.
 * @throws TierFailure; the signal's reason
 */
export async function copySet(session: MoveSession, work: SetWork): Promise<SetStop | undefined> {
  let copiedBytes = 0;
  for (const steps of batches(work.table.files(work.id), session.batchFiles)) {
    const reason = session.pacer.stopReason();
    if (reason !== undefined) return { kind: "limit", copiedBytes };
    const short = missingRoom(session, steps);
    if (short !== undefined) return { kind: "setback", path: work.set.entry, setback: noRoom(short) };
    const batch = await proveBatch(session, steps, work.set.seq);
    const stop = await keepBatch(session, work, batch);
    if (stop !== undefined) return stop;
    copiedBytes += bytesOf(batch);
  }
  return undefined;
}

function noRoom(message: string) {
  return { verdict: "no-room", code: "ENOSPC", message } as const;
}

async function keepBatch(session: MoveSession, work: SetWork, batch: Batch): Promise<SetStop | undefined> {
  try {
    await session.timed("verify", () => recheckItems(batch));
    shareSetbacks(batch.items);
    decideNamesInSet(session, work, batch.items);
  } catch (error) {
    await dropBatch(session, batch);
    throw error;
  }
  try {
    await recordVerified(session, batch);
    await session.timed("publish", () => placeItems(session, work, batch));
  } finally {
    await endPieces(batch);
  }
  session.progress({ files: 0, bytes: bytesOf(batch) });
  return setbackOf(batch.items);
}

function bytesOf({ items }: Batch): number {
  return items.reduce(
    (sum, { leader, operation }) => sum + (leader === undefined ? operation.identity.sizeBytes : 0),
    0,
  );
}

/** Gives proved copies their places in the set's tree. */
export async function placeItems(session: MoveSession, { set }: Pick<SetWork, "set">, batch: Batch): Promise<void> {
  const ready = batch.items.filter((item) => item.setback === undefined);
  for (const directory of directoriesOf(ready)) onTier(() => ensureInTree(session, inTree(set, directory)));
  const nameOf = ({ setback, storedAs }: Item): RawPath | null =>
    setback !== undefined || storedAs === undefined ? null : inTree(set, storedAs);
  await Promise.all(
    batch.pieces.map(async (piece) => {
      const names = piece.items.map(nameOf);
      applySetbacks(piece, await piece.copier.ask("publish", { piece: piece.id, names }));
    }),
  );
  const failed = ready.filter((item) => item.setback !== undefined).map((item) => item.operation);
  if (failed.length > 0) session.journal.drop(batch.key, failed);
}
