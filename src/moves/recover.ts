import type { StagedOperation, UnfinishedBatch } from "../catalog/operation.ts";
import type { Recovered } from "../jobs/job.ts";
import { hasCode } from "../lib/errors.ts";
import { baseName, parentOf, type RawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { dropBatch } from "./batch.ts";
import { loadPiece } from "./batch-copy.ts";
import { type Batch, type Item, newItem } from "./batch-item.ts";
import { publishItems, removeItems, withdraw } from "./batch-publish.ts";
import { cacheDirectories } from "./directories.ts";
import { onTierName } from "./failure.ts";
import type { OpenMoveSession } from "./open-session.ts";
import { stagedName } from "./piece.ts";
import { contentOf } from "./prove-piece.ts";
import type { MoveSession } from "./session.ts";
import { putBackLeftover } from "./set-aside.ts";

export type RecoveredBatch = Omit<Recovered, "runs" | "strangers">;

/**
 * Brings one batch of a dead run to its end, in a session of that very run. What was not proved is dropped; a proved
 * copy is looked for under both of its names and finished (HAZARDS M30). @throws TierFailure
 */
export async function recoverBatch(session: OpenMoveSession, unfinished: UnfinishedBatch): Promise<RecoveredBatch> {
  const batch: Batch = { key: unfinished.key, items: itemsOf(unfinished), pieces: [] };
  const count = batch.items.length;
  if (unfinished.state === "staged") {
    await dropBatch(session, batch);
    return { finished: 0, dropped: count, problems: [] };
  }
  return unfinished.state === "verified" ? await finishVerified(session, batch) : await finishPublished(session, batch);
}

/** Items whose links share a leader again, as in the batch that died. */
export function itemsOf({ operations }: UnfinishedBatch): readonly Item[] {
  const leaders = new Map<number, Item>();
  return operations.map((operation) => {
    const { linkGroup, verified } = operation;
    const item = newItem(operation, linkGroup === undefined ? undefined : leaders.get(linkGroup));
    if (linkGroup !== undefined && !leaders.has(linkGroup)) leaders.set(linkGroup, item);
    item.copied = verified;
    item.storedAs = verified?.storedAs;
    return item;
  });
}

async function finishVerified(session: OpenMoveSession, batch: Batch): Promise<RecoveredBatch> {
  const gone = await lookFor(session, batch.items, ["tier", "staging"]);
  const there = batch.items.filter((item) => !gone.has(item));
  const rest: Batch = { ...batch, items: there };
  if (gone.size > 0) await withdraw(session, batch, [...gone]);
  if (there.length > 0) await loadPiece(session, rest, there);
  ensureDirectories(session, there);
  await publishItems(session, rest);
  // Its name was taken meanwhile: the plan that follows finds its source again.
  const withdrawn = there.filter((item) => item.setback !== undefined).length;
  await removeItems(session, rest);
  return { finished: there.length - withdrawn, dropped: gone.size + withdrawn, problems: [] };
}

/** They were made after the copies were synced, and a power cut may have taken them back. */
function ensureDirectories(session: OpenMoveSession, items: readonly Item[]): void {
  for (const { storedAs, operation } of items) {
    if (storedAs !== undefined) onTierName(() => session.tree.ensure(parentOf(storedAs), parentOf(operation.path)));
  }
}

/** The run may have died in the instant in which a source was set aside. @throws SystemError */
export function putBackSources({ context }: MoveSession, operations: readonly StagedOperation[]): void {
  using directories = cacheDirectories(context.source);
  for (const { path, seq } of operations) {
    try {
      const parent = directories.open(parentOf(path));
      putBackLeftover({ parent, name: baseName(path), aside: `${context.asidePrefix}${seq}` as RawPath });
    } catch (error) {
      // Where its directory is gone, so is the source.
      if (!hasCode(error, "ENOENT", "ENOTDIR")) throw error;
    }
  }
}

async function finishPublished(session: OpenMoveSession, batch: Batch): Promise<RecoveredBatch> {
  const damaged = await lookFor(session, batch.items, ["tier"]);
  const there = batch.items.filter((item) => !damaged.has(item));
  const rest: Batch = { ...batch, items: there };
  if (there.length > 0) await loadPiece(session, rest, there);
  // The sources of what is damaged stay, and the journal has nothing left to do for them.
  putBackSources(
    session,
    [...damaged].map(({ operation }) => operation),
  );
  const problems = [...damaged].map(({ operation, storedAs }) => problemOf(session, operation.path, storedAs));
  await removeItems(session, rest);
  return { finished: there.length, dropped: 0, problems };
}

type Place = "tier" | "staging";

/** The items that have their bytes, read from the device, in none of these places; a link's absence is its group's. */
async function lookFor(
  session: OpenMoveSession,
  items: readonly Item[],
  places: readonly Place[],
): Promise<ReadonlySet<Item>> {
  let missing = items;
  for (const within of places) {
    const tasks = missing.map((item) => ({
      within,
      path: nameIn(item, within),
      content: contentOf(item.operation, item.copied),
    }));
    const problems = await session.copiers.idlest().ask("examine", { tasks });
    missing = missing.filter((_, index) => problems[index] !== null);
  }
  const groups = new Set(missing.map((item) => item.leader ?? item));
  return new Set(items.filter((item) => groups.has(item.leader ?? item)));
}

function nameIn(item: Item, within: Place): RawPath {
  return within === "tier" ? (item.storedAs ?? ("" as RawPath)) : stagedName(item.operation.seq);
}

export function problemOf(
  { tier }: MoveSession,
  path: RawPath,
  storedAs: RawPath | undefined,
): Recovered["problems"][number] {
  return {
    path,
    code: "STORED_DAMAGED",
    message: `its copy on ${tier.name}, ${shellQuote(storedAs ?? path)}, is not what was written; the source stays`,
    hint: `tierkeep health, and look at the disk under ${tier.path}`,
  };
}
