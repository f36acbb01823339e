import { availableThreads } from "../host/machine.ts";
import type { Job, JobContext, Plan, PlannedStep, PlanWatch, Recovered } from "../jobs/job.ts";
import { messageOf, OperatorError } from "../lib/errors.ts";
import { escapedText } from "../reports/path.ts";
import { openTier } from "../tiers/open.ts";
import type { OpenTier } from "../tiers/tier.ts";
import { applyMove } from "./apply.ts";
import { approvedRule, printRule } from "./approved-rule.ts";
import { type OpenMoveSession, openMoveSession } from "./open-session.ts";
import { leaseWarning, type MovePlan, planMove } from "./plan.ts";
import { plannedName } from "./planned-name.ts";
import { recoverRun } from "./recover.ts";
import type { MoveRule } from "./rule.ts";
import { type OpenSource, openSourceRoot } from "./source.ts";

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
  const source = opening.use(openSourceRoot(rule.sourcePath));
  const opened: Opened = { rule, context, tier, source };
  const plans = new WeakMap<Plan, MovePlan>();
  let stageSeconds: Readonly<Record<string, number>> = {};
  const held = opening.move();
  return {
    name: rule.name,
    kind: "move",
    recover: () => recoverMoves(opened),
    plan: (watch) => {
      const movePlan = planOf(opened, watch);
      const plan = asPlan(opened, movePlan);
      plans.set(plan, movePlan);
      return plan;
    },
    apply: async function* (plan) {
      const movePlan = plans.get(plan);
      if (movePlan === undefined) throw new Error("only a plan of this job can be applied");
      if (plan.totals.files === 0) return;
      await using session = await openSession(opened, context.run);
      stageSeconds = session.stageSeconds;
      yield* applyMove(movePlan, session);
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

function planOf({ rule, context, tier, source }: Opened, watch: PlanWatch): MovePlan {
  const nowMs = context.clock.now();
  const restores = context.catalog?.restores;
  const graceStart = nowMs - context.restoreGraceMs;
  const anyRestored = restores?.anyAfter(graceStart) ?? false;
  return planMove(
    rule,
    { source, tier },
    {
      host: context.host,
      nowMs,
      logrotateNames: context.logrotateNames,
      restoredRecently: (path) => anyRestored && (restores?.restoredAfter(path, graceStart) ?? false),
      ...watch,
    },
  );
}

function asPlan({ rule, context, source }: Opened, plan: MovePlan): Plan {
  const { files, bytes, oldestNs } = plan.steps.totals();
  const warning = leaseWarning(source);
  return {
    rule: printRule(approvedRule(rule, source.place)),
    totals: { files, bytes, oldestMs: oldestNs === undefined ? undefined : Number(oldestNs / 1_000_000n) },
    kept: plan.kept,
    errors: plan.unreadable,
    warnings: warning === undefined ? [] : [warning],
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
      to: `${rule.to}:${escapedText(plannedName(rule, host, step))}`,
      sizeBytes: step.identity.sizeBytes,
      modifiedMs: Number(step.identity.modifiedNs / 1_000_000n),
    };
  }
}

function openSession({ rule, context, tier, source }: Opened, run: string): Promise<OpenMoveSession> {
  const { host, clock, signal, progress, copierEntry, catalog } = context;
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
    progress,
    copierEntry,
    threads: availableThreads(),
  });
}

async function recoverMoves(opened: Opened): Promise<Recovered> {
  const { rule, tier, context } = opened;
  const journal = context.catalog?.journal;
  const total = { finished: 0, dropped: 0, runs: [] as string[], problems: [] as Recovered["problems"][number][] };
  for (const owner of journal?.stagingOf(rule.name) ?? []) {
    const unfinished = journal?.unfinished(rule.name).filter((operation) => operation.run === owner.run) ?? [];
    if (owner.tierUuid !== tier.uuid) {
      total.problems.push(elsewhere(owner.tier, owner.run, unfinished.length));
      continue;
    }
    try {
      using source = openSourceRoot(escapedText(unfinished[0]?.root ?? opened.source.path));
      await using session = await openSession({ ...opened, source }, owner.run);
      const result = await recoverRun(session, unfinished);
      total.finished += result.finished;
      total.dropped += result.dropped;
      total.problems.push(...result.problems);
      if (unfinished.length > 0) total.runs.push(owner.run);
    } catch (error) {
      if (!(error instanceof OperatorError) || error.code !== "SOURCE_MISSING") throw error;
      total.problems.push({ ...elsewhere(owner.tier, owner.run, unfinished.length), message: messageOf(error) });
    }
  }
  return total;
}

/** What a dead run left where this run cannot reach it stays journalled until it can. */
function elsewhere(tier: string, run: string, files: number): Recovered["problems"][number] {
  return {
    path: opaque(run),
    code: "LEFT_ELSEWHERE",
    message: `run ${run} left ${files} unfinished files on another tier (${tier}); they wait until it is back`,
    hint: `bring ${tier} back as the job's destination for one run`,
  };
}

function opaque(text: string) {
  return text as Recovered["problems"][number]["path"];
}
