import type { OperationRange } from "../catalog/journal.ts";
import { printManifestLine, storedLine } from "../catalog/manifest.ts";
import { operationId } from "../catalog/operation.ts";
import { contentOf } from "./batch-compare.ts";
import { dropStaged } from "./batch-drop.ts";
import { type Item, shareSetbacks } from "./batch-item.ts";
import { verifiedFacts } from "./batch-names.ts";
import type { Setback } from "./failure.ts";
import type { MoveSession } from "./session.ts";
import { spread } from "./spread.ts";

/**
 * Steps 6 and 7 for items that the journal has as verified: manifest, names, sync, journal. Not interruptible, since
 * what is begun here is cheaper to finish than to repair. @throws TierFailure
 */
export async function publishItems(session: MoveSession, items: readonly Item[]): Promise<void> {
  const ready = items.filter((item) => item.setback === undefined);
  if (ready.length === 0) return;
  await session.timed("publish", () => giveNames(session, ready));
  if (!session.context.syncEach) await session.timed("sync", () => session.copiers.ask("sync", session.syncFd));
  const published = ready.filter((item) => item.setback === undefined);
  await session.timed("journal", () => {
    for (const range of rangesOf(published))
      session.journal.publish(range, { host: session.host, nowMs: session.clock.now() });
  });
}

async function giveNames(session: MoveSession, ready: readonly Item[]): Promise<void> {
  const facts = { host: session.host, atMs: session.clock.now() };
  session.writeManifest(
    ready.map((item) => printManifestLine(storedLine(item.operation, verifiedFacts(item), facts))).join(""),
  );
  const tasks = ready.map((item) => ({
    seq: item.operation.seq,
    storedAs: verifiedFacts(item).storedAs,
    content: contentOf(item),
  }));
  const results = await spread(session.copiers, "publish", { tasks });
  const taken = ready.filter((_, index) => results[index] === "name-taken");
  if (taken.length === 0) return;
  for (const item of taken)
    item.setback = { verdict: "name-taken", message: "other content took the name in the last instant" };
  session.writeManifest(taken.map((item) => withdrawn(item, facts.atMs)).join(""));
  dropStaged(session, taken);
}

function withdrawn(item: Item, atMs: number): string {
  return printManifestLine({
    fact: "withdrawn",
    id: operationId(item.operation),
    atMs,
    reason: item.setback?.message ?? "",
  });
}

/** Steps 8 and 9 for items whose copies are durable under their names: the sources go, the journal is closed. */
export async function removeItems(session: MoveSession, items: readonly Item[]): Promise<void> {
  const stored = items.filter((item) => item.setback === undefined);
  // A link whose sibling found its name taken keeps its source.
  shareSetbacks(items);
  for (const item of stored) if (item.setback !== undefined) item.setback = keptAtSource(item.setback);
  const removable = stored.filter((item) => item.setback === undefined);
  const tasks = removable.map((item, index) => ({
    path: item.operation.path,
    identity: item.operation.identity,
    facts: verifiedFacts(item).facts,
    linksRemovedBefore: index - removable.indexOf(item.leader, Math.max(index - item.operation.identity.links, 0)),
  }));
  const join = (index: number) => removable[index]?.leader !== removable[index];
  const results = await session.timed("unlink", () => spread(session.copiers, "remove", { tasks, join }));
  removable.forEach((item, index) => {
    const result = results[index] ?? undefined;
    if (result !== undefined) item.setback = result.verdict === "rescued" ? result : keptAtSource(result);
  });
  for (const range of rangesOf(stored)) session.journal.finish(range, session.clock.now());
}

function keptAtSource(setback: Setback): Setback {
  return { ...setback, verdict: "kept-at-source" };
}

/** Items as ranges of operation numbers, one for each run and job; gaps hold only what was dropped. */
function rangesOf(items: readonly Item[]): readonly OperationRange[] {
  const ranges = new Map<string, OperationRange>();
  for (const {
    operation: { run, job, seq },
  } of items) {
    const range = ranges.get(`${run}.${job}`) ?? { run, job, first: seq, last: seq };
    ranges.set(`${run}.${job}`, { ...range, first: Math.min(range.first, seq), last: Math.max(range.last, seq) });
  }
  return [...ranges.values()];
}
