import type { StagingOwner } from "../catalog/journal.ts";
import type { UnfinishedBatch } from "../catalog/operation.ts";
import type { OpenSet } from "../catalog/sets.ts";
import type { Recovered } from "../jobs/job.ts";
import { openSourceRoot } from "../jobs/source.ts";
import { messageOf, OperatorError } from "../lib/errors.ts";
import { rawPath } from "../lib/raw-path.ts";
import { type Opened, openSession } from "./opened.ts";
import { type RecoveredBatch, recoverBatch } from "./recover.ts";
import { recoverSet } from "./set-recover.ts";
import { unknownStaging } from "./tier-files.ts";

/** Finishes or undoes what dead runs of a job left on its tier. @throws TierFailure */
export async function recoverMoves(opened: Opened): Promise<Recovered> {
  const { rule, tier, context } = opened;
  const journal = context.catalog?.journal;
  const total = { finished: 0, dropped: 0, runs: [] as string[], problems: [] as Recovered["problems"][number][] };
  const strangers = unknownStaging(tier.root, journal?.stagingRuns() ?? new Set());
  const names = [rule.name, ...rule.formerly];
  for (const owner of names.flatMap((name) => journal?.stagingOf(name) ?? [])) {
    const left = leftBy(opened, owner);
    if (owner.tierUuid !== tier.uuid) {
      total.problems.push(elsewhere(owner.tier, owner.run));
      continue;
    }
    const asThen = { ...opened, rule: { ...rule, name: owner.job } };
    for (const result of await recoverRun(asThen, owner.run, left)) {
      total.finished += result.finished;
      total.dropped += result.dropped;
      total.problems.push(...result.problems);
    }
    if (left.batches.length + left.sets.length > 0) total.runs.push(owner.run);
  }
  return { ...total, strangers };
}

interface Left {
  readonly batches: readonly UnfinishedBatch[];
  /** Those that were wholly copied; the plan goes on with the others. */
  readonly sets: readonly OpenSet[];
}

function leftBy({ context }: Opened, owner: Pick<StagingOwner, "run" | "job">): Left {
  const { journal, sets } = context.catalog ?? {};
  return {
    batches: journal?.unfinished(owner) ?? [],
    sets: sets?.open(owner).filter(({ state }) => state !== "copying") ?? [],
  };
}

async function recoverRun(opened: Opened, run: string, { batches, sets }: Left): Promise<readonly RecoveredBatch[]> {
  const results: RecoveredBatch[] = [];
  try {
    using source = openSourceRoot(batches[0]?.root ?? sets[0]?.root ?? opened.source.path);
    await using session = await openSession({ ...opened, source }, run);
    for (const batch of batches) results.push(await recoverBatch(session, batch));
    for (const set of sets) results.push(await recoverSet(session, set));
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code !== "SOURCE_MISSING") throw error;
    results.push({
      finished: 0,
      dropped: 0,
      problems: [{ ...elsewhere("its source", run), message: messageOf(error) }],
    });
  }
  return results;
}

/** What a dead run left where this run cannot reach it stays journalled until it can. */
function elsewhere(place: string, run: string): Recovered["problems"][number] {
  return {
    path: rawPath(run),
    code: "LEFT_ELSEWHERE",
    message: `run ${run} left unfinished files on ${place}, which is not there now; they wait until it is back`,
    hint: `bring ${place} back for one run`,
  };
}
