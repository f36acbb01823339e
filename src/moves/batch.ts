import type { Step } from "../catalog/step-table.ts";
import type { Outcome } from "../jobs/job.ts";
import { compareItems, recheckItems } from "./batch-compare.ts";
import { copyItems } from "./batch-copy.ts";
import { dropStaged } from "./batch-drop.ts";
import { type Item, makeItems, outcomeOf, shareSetbacks } from "./batch-item.ts";
import { decideNames, verifiedFacts } from "./batch-names.ts";
import { publishItems, removeItems } from "./batch-publish.ts";
import type { MoveSession } from "./session.ts";

/**
 * Moves one batch by the protocol of docs/design/move-protocol.md, steps 1 to 9. What fails before a copy is
 * verified is dropped; from then on the journal knows it, and the next run finishes it.
 * @throws TierFailure when the tier failed: sources are untouched; the abort signal's reason when interrupted
 */
export async function moveBatch(session: MoveSession, steps: readonly Step[]): Promise<readonly Outcome[]> {
  const items = makeItems(session, steps);
  await session.timed("journal", () => session.journal.stage(items.map((item) => item.operation)));
  try {
    await proveCopies(session, items);
  } catch (error) {
    dropStaged(session, items);
    throw error;
  }
  await recordVerified(session, items);
  await publishItems(session, items);
  await removeItems(session, items);
  return items.map(outcomeOf);
}

async function proveCopies(session: MoveSession, items: readonly Item[]): Promise<void> {
  await session.timed("copy", () => copyItems(session, items));
  if (!session.context.syncEach) await session.timed("sync", () => session.copiers.ask("sync", session.syncFd));
  session.signal.throwIfAborted();
  await session.timed("verify", () => compareItems(session, items));
  await session.timed("verify", () => recheckItems(session, items));
  shareSetbacks(items);
  await session.timed("publish", () => decideNames(session, items));
  shareSetbacks(items);
}

async function recordVerified(session: MoveSession, items: readonly Item[]): Promise<void> {
  const failed = items.filter((item) => item.setback !== undefined);
  const verified = items
    .filter((item) => item.setback === undefined)
    .map((item) => ({ operation: item.operation, facts: verifiedFacts(item) }));
  await session.timed("journal", () => {
    session.journal.verify(
      verified,
      failed.map((item) => item.operation),
    );
  });
  dropStaged(session, failed);
}
