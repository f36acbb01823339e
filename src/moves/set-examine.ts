import type { Operation, UnfinishedBatch } from "../catalog/operation.ts";
import type { OpenSet } from "../catalog/sets.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { shareSetbacks } from "./batch-item.ts";
import { contentOf } from "./prove-piece.ts";
import { itemsOf } from "./recover.ts";
import type { MoveSession } from "./session.ts";

export interface SetPiece {
  readonly unfinished: UnfinishedBatch;
  /** Where the set lies, from the tier's root. */
  readonly place: RawPath;
}

/**
 * The operations of one batch of a set whose copies there, read from the device, are not what they should be; the links
 * of one file share their lot. @throws TierFailure; the signal's reason
 */
export async function damagedIn(
  session: MoveSession,
  set: OpenSet,
  { unfinished, place }: SetPiece,
): Promise<readonly Operation[]> {
  const items = itemsOf(unfinished);
  const bytes = items.reduce((sum, { copied }) => sum + (copied?.storedBytes ?? 0), 0);
  await session.pacer.pace({ read: bytes, written: 0 });
  session.signal.throwIfAborted();
  const tasks = items.map(({ storedAs, operation, copied }) => ({
    within: "tier" as const,
    path: `${place}${(storedAs ?? "").slice(set.storedAs.length)}` as RawPath,
    content: contentOf(operation, copied),
  }));
  const problems = await session.timed("verify", () => session.copiers.idlest().ask("examine", { tasks }));
  session.progress({ files: 0, bytes: 0 });
  items.forEach((item, index) => {
    if (problems[index] !== null) item.setback = { verdict: "failed", code: "READ_BACK" };
  });
  shareSetbacks(items);
  return unfinished.operations.filter((_, index) => items[index]?.setback !== undefined);
}
