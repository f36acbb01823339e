import { printManifestLine } from "../catalog/manifest.ts";
import { type Operation, operationId } from "../catalog/operation.ts";
import type { Recovered } from "../jobs/job.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { contentOf } from "./batch-compare.ts";
import { dropStaged } from "./batch-drop.ts";
import { type Item, newItem } from "./batch-item.ts";
import { publishItems, removeItems } from "./batch-publish.ts";
import type { OpenMoveSession } from "./open-session.ts";
import { spread } from "./spread.ts";

/**
 * Brings one dead run of a job to its end, in a session of that very run. What was not proved is dropped; a proved
 * copy is looked for under both of its names and finished (HAZARDS M30). @throws TierFailure
 */
export async function recoverRun(
  session: OpenMoveSession,
  operations: readonly Operation[],
): Promise<Omit<Recovered, "runs">> {
  const items = itemsOf(operations);
  const inState = (state: Operation["state"]) => items.filter((_, index) => operations[index]?.state === state);
  const staged = inState("staged");
  dropStaged(session, staged);

  const found = await lookFor(session, inState("verified"));
  withdraw(session, found.gone);
  await publishItems(session, found.there);
  await removeItems(session, found.there);

  const published = await lookFor(session, inState("published"));
  await removeItems(session, published.there);
  closeDamaged(session, published.gone);
  return {
    finished: found.there.length + published.there.length,
    dropped: staged.length + found.gone.length,
    problems: published.gone.map((item) => damaged(session, item)),
  };
}

/** Items whose links share a leader again, as in the batch that died. */
function itemsOf(operations: readonly Operation[]): readonly Item[] {
  const leaders = new Map<number, Item>();
  return operations.map((operation) => {
    const leader = operation.linkGroup === undefined ? undefined : leaders.get(operation.linkGroup);
    const item = newItem(operation, leader);
    if (operation.linkGroup !== undefined && leader === undefined) leaders.set(operation.linkGroup, item);
    item.copied = operation.verified;
    item.storedAs = operation.verified?.storedAs;
    return item;
  });
}

/** Which copies have their bytes, read from the device, under the final or the staging name. */
async function lookFor(
  session: OpenMoveSession,
  items: readonly Item[],
): Promise<{ there: readonly Item[]; gone: readonly Item[] }> {
  const atTarget = await matching(session, items, "tier");
  const rest = items.filter((item) => !atTarget.has(item));
  const inStaging = await matching(session, rest, "staging");
  const isThere = (item: Item) => atTarget.has(item) || inStaging.has(item);
  // A link whose sibling is gone: neither source may go.
  const brokenGroups = new Set(items.filter((item) => !isThere(item)).map((item) => item.leader));
  return {
    there: items.filter((item) => isThere(item) && !brokenGroups.has(item.leader)),
    gone: items.filter((item) => !isThere(item) || brokenGroups.has(item.leader)),
  };
}

async function matching(
  session: OpenMoveSession,
  items: readonly Item[],
  within: "tier" | "staging",
): Promise<ReadonlySet<Item>> {
  const tasks = items.map((item) => ({ within, path: nameOf(item, within), content: contentOf(item) }));
  const problems = await spread(session.copiers, "readBack", { tasks });
  return new Set(items.filter((_, index) => problems[index] === null));
}

function nameOf(item: Item, within: "tier" | "staging"): RawPath {
  return within === "tier" ? (item.storedAs ?? ("" as RawPath)) : (String(item.operation.seq) as RawPath);
}

function withdraw(session: OpenMoveSession, items: readonly Item[]): void {
  if (items.length === 0) return;
  const atMs = session.clock.now();
  const reason = "the run died before this copy was under its name";
  session.writeManifest(
    items
      .map(({ operation }) => printManifestLine({ fact: "withdrawn", id: operationId(operation), atMs, reason }))
      .join(""),
  );
  dropStaged(session, items);
}

/** Nothing is removed for these: their sources stay, and the journal has nothing left to do. */
function closeDamaged(session: OpenMoveSession, items: readonly Item[]): void {
  for (const {
    operation: { run, job, seq },
  } of items)
    session.journal.finish({ run, job, first: seq, last: seq }, session.clock.now());
}

function damaged(session: OpenMoveSession, item: Item): Recovered["problems"][number] {
  return {
    path: item.operation.path,
    code: "STORED_DAMAGED",
    message: `its copy on ${session.tier.name}, ${item.storedAs}, is not what was written; the source stays`,
    hint: `tierkeep health, and look at the disk under ${session.tier.path}`,
  };
}
