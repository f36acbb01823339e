import { printManifestLine } from "../catalog/manifest.ts";
import { operationId } from "../catalog/operation.ts";
import type { OpenSet } from "../catalog/sets.ts";
import type { Recovered } from "../jobs/job.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { onTier } from "./failure.ts";
import { problemOf, putBackSources, type RecoveredBatch } from "./recover.ts";
import type { MoveSession } from "./session.ts";
import { dropSet } from "./set-drop.ts";
import { damagedIn } from "./set-examine.ts";
import { liesThere } from "./set-place.ts";
import { publishSet } from "./set-publish.ts";
import { removeSet } from "./set-remove.ts";
import { completeTree } from "./set-tree.ts";

const nothing: RecoveredBatch = { finished: 0, dropped: 0, problems: [] };

/**
 * Brings a set of a dead run to its end if it had its name decided; one that was still being copied waits for the plan.
 * @throws TierFailure
 */
export async function recoverSet(session: MoveSession, set: OpenSet): Promise<RecoveredBatch> {
  if (set.state === "copying") return nothing;
  if (set.state === "named") return await finishNamed(session, set);
  return await finishPublished(session, set);
}

/** All of it was proved; it lies in its tree or, had the rename been done, under its name. */
async function finishNamed(session: MoveSession, set: OpenSet): Promise<RecoveredBatch> {
  const within = onTier(() => liesThere(session.tier.root, set.tree)) ? "tree" : "store";
  const place = within === "tree" ? set.tree : set.storedAs;
  if (await isDamaged(session, set, place)) return withdraw(session, set, within);
  completeTree(session, { ...set, tree: place });
  const setback = await publishSet(session, set);
  if (setback !== undefined) return withdraw(session, set, within);
  return await finishPublished(session, set);
}

async function isDamaged(session: MoveSession, set: OpenSet, place: RawPath): Promise<boolean> {
  for (const unfinished of session.sets.batches(set))
    if ((await damagedIn(session, set, { unfinished, place })).length > 0) return true;
  return false;
}

const problemsTold = 100;

/** Sources of damaged copies stay. */
async function finishPublished(session: MoveSession, set: OpenSet): Promise<RecoveredBatch> {
  const problems: Recovered["problems"][number][] = [];
  const removed = await removeSet(session, set, async (unfinished) => {
    const damaged = await damagedIn(session, set, { unfinished, place: set.storedAs });
    putBackSources(session, damaged);
    for (const { path, verified } of damaged.slice(0, problemsTold - problems.length))
      problems.push(problemOf(session, path, verified?.storedAs));
    return damaged;
  });
  return { finished: removed.files + removed.kept.length, dropped: 0, problems };
}

/** What was announced did not come about; its sources were never touched, and the plan finds them. */
function withdraw(session: MoveSession, set: OpenSet, within: "tree" | "store"): RecoveredBatch {
  const { run, job } = set;
  const atMs = session.clock.now();
  const reason = "the run died before this set was under its name";
  const withdrawn = (seq: number) =>
    printManifestLine({ fact: "withdrawn", id: operationId({ run, job, seq }), atMs, reason });
  let dropped = 0;
  for (const { operations } of session.sets.batches(set)) {
    dropped += operations.length;
    session.writeManifest(operations.map(({ seq }) => withdrawn(seq)).join(""));
  }
  for (const { seq } of session.sets.partsOf(set)) session.writeManifest(withdrawn(seq));
  if (within === "tree") dropSet(session, set);
  else session.sets.drop(set);
  return { finished: 0, dropped, problems: [] };
}
