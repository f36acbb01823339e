import type { UnfinishedBatch } from "../catalog/operation.ts";
import { availableThreads } from "../host/machine.ts";
import type { Job, JobContext, Plan, PlannedStep, PlanWatch, Recovered } from "../jobs/job.ts";
import { printRule } from "../jobs/print-rule.ts";
import { scanningOf } from "../jobs/scan-source.ts";
import { type OpenSource, openSourceRoot } from "../jobs/source.ts";
import { messageOf, OperatorError } from "../lib/errors.ts";
import { type RawPath, rawPath } from "../lib/raw-path.ts";
import { openTier } from "../tiers/open.ts";
import type { OpenTier } from "../tiers/tier.ts";
import { applyMove } from "./apply.ts";
import { approvedRule } from "./approved-rule.ts";
import { type LookFacts, lookAtSource } from "./look.ts";
import { movedRotations } from "./moved-rotations.ts";
import { type OpenMoveSession, openMoveSession } from "./open-session.ts";
import { type JudgingFacts, type MovePlan, planMove, planWarnings, surveyRule } from "./plan.ts";
import { plannedPlace } from "./planned-name.ts";
import { type RecoveredBatch, recoverBatch } from "./recover.ts";
import type { MoveRule } from "./rule.ts";
import { unknownStaging } from "./tier-files.ts";

interface Opened {
  readonly rule: MoveRule;
  readonly context: JobContext;
  readonly tier: OpenTier;
  readonly source: OpenSource;
}

/**
 * A `[[move]]` job, its tier and source opened and held. Install a handler for SIGIO before: leases are probed.
 * @throws OperatorError TIER_*, SOURCE_MISSING
 */
export function openMoveJob(rule: MoveRule, context: JobContext): Job {
  using opening = new DisposableStack();
  const { sourceTier } = rule;
  // A tier as source, too, is used only when it is itself (HAZARDS M4).
  if (sourceTier !== undefined) opening.use(openConfiguredTier(sourceTier, context));
  const tier = opening.use(openConfiguredTier(rule.to, context));
  const source = opening.use(openSourceRoot(rawPath(rule.sourcePath)));
  const opened: Opened = { rule, context, tier, source };
  const plans = new WeakMap<Plan, MovePlan>();
  let stageSeconds: Readonly<Record<string, number>> = {};
  const held = opening.move();
  return {
    name: rule.name,
    kind: "move",
    rule: printRule(approvedRule(rule, source.place)),
    writesTo: [tier],
    recover: () => recoverMoves(opened),
    plan: async (watch) => {
      const movePlan = await planOf(opened, watch);
      const plan = asPlan(opened, movePlan);
      plans.set(plan, movePlan);
      return plan;
    },
    look: looking(opened),
    apply: async function* (plan) {
      const movePlan = plans.get(plan);
      if (movePlan === undefined) throw new Error("only a plan of this job can be applied");
      if (plan.totals.files === 0) return;
      await using session = await openSession(opened, context.run);
      try {
        yield* applyMove(movePlan, session);
      } finally {
        stageSeconds = await session.stageSeconds();
      }
    },
    stageSeconds: () => stageSeconds,
    [Symbol.dispose]: () => held.dispose(),
  };
}

function openConfiguredTier(name: string, context: JobContext): OpenTier {
  const config = context.tiers.find((tier) => tier.name === name);
  if (config === undefined) throw new Error(`the configuration was accepted without a tier ${name}`);
  return openTier(config, context.catalog?.decisions.pinOf(name));
}

function planOf({ rule, context, tier, source }: Opened, watch: PlanWatch): Promise<MovePlan> {
  return planMove(
    rule,
    { source, tier },
    {
      ...judgingFacts(context),
      host: context.host,
      startedBySystemd: context.startedBySystemd,
      scanning: scanningOf(rule.name, context, watch),
      ...watch,
    },
  );
}

function judgingFacts({ clock, catalog, restoreGraceMs, logrotateNames }: JobContext): JudgingFacts {
  const nowMs = clock.now();
  const graceStart = nowMs - restoreGraceMs;
  const anyRestored = catalog?.restores.anyAfter(graceStart) ?? false;
  return {
    nowMs,
    logrotateNames,
    hadRotations: catalog === undefined ? () => false : movedRotations(catalog.placements),
    restoredRecently: (path) => anyRestored && (catalog?.restores.restoredAfter(path, graceStart) ?? false),
  };
}

function looking({ rule, context, source }: Opened): Job["look"] {
  const { host, catalog, restoreGraceMs } = context;
  const isRestoredAt = (path: RawPath, nowMs: number) =>
    catalog?.restores.restoredAfter(path, nowMs - restoreGraceMs) ?? false;
  let facts: LookFacts | undefined;
  return (path) => {
    facts ??= { source, rule, host, surveyRule: surveyRule(rule, source, judgingFacts(context)), isRestoredAt };
    return lookAtSource(facts, path);
  };
}

function asPlan({ rule, context, source }: Opened, plan: MovePlan): Plan {
  const { files, bytes, oldestNs } = plan.steps.totals();
  return {
    totals: { files, bytes, oldestMs: oldestNs === undefined ? undefined : Number(oldestNs / 1_000_000n) },
    kept: plan.kept,
    keptAsOfMs: plan.keptAsOfMs,
    errors: plan.unreadable,
    warnings: planWarnings(rule, source),
    refusal: plan.refusal,
    steps: () => plannedSteps(rule, context.host, plan),
    [Symbol.dispose]: () => plan[Symbol.dispose](),
  };
}

function* plannedSteps(rule: MoveRule, host: string, plan: MovePlan): Generator<PlannedStep> {
  for (const step of plan.steps.steps()) {
    yield {
      action: "move",
      path: step.path,
      to: plannedPlace(rule, host, step),
      sizeBytes: step.identity.sizeBytes,
      modifiedMs: Number(step.identity.modifiedNs / 1_000_000n),
      reason: rule.ageBy.includes("atime") ? "unused-for" : "older-than",
    };
  }
}

function openSession({ rule, context, tier, source }: Opened, run: string): Promise<OpenMoveSession> {
  const { host, clock, signal, pacer, progress, copierEntry, catalog } = context;
  if (catalog === undefined) throw new Error("a run always has a catalog");
  return openMoveSession({
    run,
    host,
    rule,
    source,
    tier,
    journal: catalog.journal,
    clock,
    signal,
    pacer,
    progress,
    copierEntry,
    threads: availableThreads(),
  });
}

async function recoverMoves(opened: Opened): Promise<Recovered> {
  const { rule, tier, context } = opened;
  const journal = context.catalog?.journal;
  const total = { finished: 0, dropped: 0, runs: [] as string[], problems: [] as Recovered["problems"][number][] };
  const strangers = unknownStaging(tier.root, journal?.stagingRuns() ?? new Set());
  const names = [rule.name, ...rule.formerly];
  for (const owner of names.flatMap((name) => journal?.stagingOf(name) ?? [])) {
    const batches = journal?.unfinished(owner) ?? [];
    if (owner.tierUuid !== tier.uuid) {
      total.problems.push(elsewhere(owner.tier, owner.run));
      continue;
    }
    const asThen = { ...opened, rule: { ...rule, name: owner.job } };
    for (const result of await recoverRun(asThen, owner.run, batches)) {
      total.finished += result.finished;
      total.dropped += result.dropped;
      total.problems.push(...result.problems);
    }
    if (batches.length > 0) total.runs.push(owner.run);
  }
  return { ...total, strangers };
}

async function recoverRun(
  opened: Opened,
  run: string,
  batches: readonly UnfinishedBatch[],
): Promise<readonly RecoveredBatch[]> {
  const results: RecoveredBatch[] = [];
  try {
    using source = openSourceRoot(batches[0]?.root ?? opened.source.path);
    await using session = await openSession({ ...opened, source }, run);
    for (const batch of batches) results.push(await recoverBatch(session, batch));
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
