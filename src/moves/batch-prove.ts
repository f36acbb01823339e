import { bigFileWork } from "./batch-copy.ts";
import { applySetbacks, type Batch, type Item } from "./batch-item.ts";
import type { CopiedBig } from "./big-file.ts";
import { compareBig } from "./compare-big.ts";
import { stagedName } from "./piece.ts";
import { readBackSetback } from "./prove-piece.ts";
import type { MoveSession } from "./session.ts";

/** Step 4: every staged file is read back, decompressed and compared. */
export async function compareItems(session: MoveSession, batch: Batch): Promise<void> {
  await Promise.all(
    batch.pieces.map(async (piece) => applySetbacks(piece, await piece.copier.ask("compare", { piece: piece.id }))),
  );
  for (const item of batch.items) {
    const { copied, setback, leader, operation } = item;
    if (setback !== undefined || !isBig(copied)) continue;
    // A further link has the very bytes of the first.
    if (leader !== undefined && session.capabilities.hardLinks) continue;
    const problem = await compareBig(bigFileWork(session), stagedName(operation.seq), copied);
    if (problem !== undefined) item.setback = readBackSetback(problem);
  }
}

function isBig(copied: Item["copied"]): copied is CopiedBig {
  return copied !== undefined && "packed" in copied;
}

/** Step 5: the sources are still what was copied, and nobody writes to them. */
export async function recheckItems(batch: Batch): Promise<void> {
  await Promise.all(
    batch.pieces.map(async (piece) => applySetbacks(piece, await piece.copier.ask("recheck", { piece: piece.id }))),
  );
}
