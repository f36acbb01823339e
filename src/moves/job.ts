import type { Job, JobContext, Outcome, Plan, PlanWatch, Refusal } from "../jobs/job.ts";
import { printRule } from "../jobs/print-rule.ts";
import { scanningOf } from "../jobs/scan-source.ts";
import { openSourceRoot } from "../jobs/source.ts";
import { type RawPath, rawPath } from "../lib/raw-path.ts";
import { openTier } from "../tiers/open.ts";
import type { OpenTier } from "../tiers/tier.ts";
import { applySteps } from "./apply.ts";
import { approvedRule } from "./approved-rule.ts";
import { notFreedWords } from "./fullness.ts";
import { type LookFacts, lookAtSource } from "./look.ts";
import { movedRotations } from "./moved-rotations.ts";
import { begunSets, type Opened, openSession } from "./opened.ts";
import { allocatedOf, type JudgingFacts, type MovePlan, planMove, surveyRule } from "./plan.ts";
import { recoverMoves } from "./recover-moves.ts";
import type { MoveRule } from "./rule.ts";
import { openSessions, type Sessions } from "./sessions.ts";
import { applySets } from "./set-run.ts";
import { shownPlan } from "./shown-plan.ts";

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
  let stageSeconds: Job["stageSeconds"] = () => ({});
  let concern: Refusal | undefined;
  const held = opening.move();
  return {
    name: rule.name,
    kind: "move",
    rule: printRule(approvedRule(rule, source.place)),
    writesTo: [tier],
    recover: () => recoverMoves(opened),
    plan: async (watch) => {
      const movePlan = await planOf(opened, watch);
      const plan = shownPlan(rule, context.host, movePlan);
      plans.set(plan, movePlan);
      return plan;
    },
    look: looking(opened),
    apply: async function* (plan) {
      const movePlan = plans.get(plan);
      if (movePlan === undefined) throw new Error("only a plan of this job can be applied");
      await using sessions = openSessions(({ run, job }) =>
        openSession({ ...opened, rule: { ...rule, name: job } }, run),
      );
      // Disposed of last, it has the times of all sessions then.
      stageSeconds = sessions.stageSeconds;
      let movedBytes = 0;
      for await (const outcomes of applying(opened, movePlan, sessions)) {
        for (const { result, sizeBytes } of outcomes) movedBytes += result === "moved" ? sizeBytes : 0;
        yield outcomes;
      }
      concern = concernOf(opened, movePlan, movedBytes / Math.max(plan.totals.bytes, 1));
    },
    concern: () => concern,
    stageSeconds: () => stageSeconds(),
    [Symbol.dispose]: () => held.dispose(),
  };
}

/** Looked at once, when all is done: what a watermark counted on, and what it came to (HAZARDS D19). */
function concernOf({ source }: Opened, plan: MovePlan, movedRatio: number): Refusal | undefined {
  if (plan.filled === undefined || plan.filled.toFreeBytes === 0) return undefined;
  const message = notFreedWords(plan.filled.fullness, source, allocatedOf(plan) * Math.min(movedRatio, 1));
  if (message === undefined) return undefined;
  const hint = "find what holds the room: a snapshot, or processes with removed files open (lsof +L1)";
  return { guard: "space-not-freed", message, hint };
}

/** Files one by one in batches, or sets. */
async function* applying(opened: Opened, plan: MovePlan, sessions: Sessions): AsyncGenerator<readonly Outcome[]> {
  const { rule, context } = opened;
  const { run, pacer, signal } = context;
  if (rule.unit === "file") {
    if (plan.steps.totals().files === 0) return;
    yield* applySteps(await sessions.of({ run, job: rule.name }), plan.steps.steps());
    return;
  }
  const { sets: table, waiting } = plan;
  const root = opened.source.path;
  yield* applySets({
    owner: { run, job: rule.name },
    table,
    root,
    began: begunSets(opened),
    waiting,
    sessions,
    pacer,
    signal,
  });
}

function openConfiguredTier(name: string, context: JobContext): OpenTier {
  const config = context.tiers.find((tier) => tier.name === name);
  if (config === undefined) throw new Error(`the configuration was accepted without a tier ${name}`);
  return openTier(config, context.catalog?.decisions.pinOf(name));
}

function planOf(opened: Opened, watch: PlanWatch): Promise<MovePlan> {
  const { rule, context, tier, source } = opened;
  const begun = begunSets(opened).map((set) => [set.entry, context.catalog?.sets.storedBytes(set) ?? 0] as const);
  return planMove(
    rule,
    { source, tier },
    {
      ...judgingFacts(context),
      host: context.host,
      begun: new Map(begun),
      startedBySystemd: context.startedBySystemd,
      freedBefore: context.freedBefore ?? {},
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
