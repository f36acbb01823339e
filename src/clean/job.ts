import { statFd } from "../host/stat.ts";
import type { Job, JobContext, Plan, PlannedStep, PlanWatch } from "../jobs/job.ts";
import { printRule } from "../jobs/print-rule.ts";
import { type OpenSource, openSourceRoot } from "../jobs/source.ts";
import { joinPath, rawPath } from "../lib/raw-path.ts";
import { applyClean } from "./apply.ts";
import { approvedRule } from "./approved-rule.ts";
import { type CleanPlan, planClean } from "./plan.ts";
import type { CleanRule } from "./rule.ts";
import type { CleanSession } from "./session.ts";

interface Opened {
  readonly rule: CleanRule;
  readonly context: JobContext;
  readonly source: OpenSource;
  /** The rule as it is approved. */
  readonly printed: string;
}

/**
 * A `[[clean]]` job, its directory opened and held. Install a handler for SIGIO before: leases are probed.
 * @throws OperatorError SOURCE_MISSING
 */
export function openCleanJob(rule: CleanRule, context: JobContext): Job {
  const source = openSourceRoot(rawPath(rule.path));
  const printed = printRule(approvedRule(rule, source.place));
  const opened: Opened = { rule, context, source, printed };
  const plans = new WeakMap<Plan, CleanPlan>();
  const begun = { seconds: 0 };
  return {
    name: rule.name,
    kind: "clean",
    rule: printed,
    writesTo: [],
    recover: () => Promise.resolve(nothingLeft),
    plan: async (watch) => {
      const cleanPlan = planOf(opened, watch);
      const plan = asPlan(opened, cleanPlan);
      plans.set(plan, cleanPlan);
      return plan;
    },
    apply: async function* (plan) {
      const cleanPlan = plans.get(plan);
      if (cleanPlan === undefined) throw new Error("only a plan of this job can be applied");
      const startedMs = context.clock.elapsed();
      try {
        yield* applyClean(cleanPlan, sessionOf(opened));
      } finally {
        begun.seconds = (context.clock.elapsed() - startedMs) / 1000;
      }
    },
    stageSeconds: () => ({ unlink: begun.seconds }),
    [Symbol.dispose]: () => source[Symbol.dispose](),
  };
}

/** What a killed run had removed is removed; nothing else was begun. */
const nothingLeft = { finished: 0, dropped: 0, runs: [], strangers: [], problems: [] } as const;

function planOf({ rule, context, source }: Opened, watch: PlanWatch): CleanPlan {
  const nowMs = context.clock.now();
  const restores = context.catalog?.restores;
  const graceStart = nowMs - context.restoreGraceMs;
  const anyRestored = restores?.anyAfter(graceStart) ?? false;
  return planClean(rule, source, {
    nowMs,
    startedBySystemd: context.startedBySystemd,
    tierRoots: context.tiers.flatMap(({ path }) => path ?? []),
    isFirstRun: true,
    restoredRecently: (path) => anyRestored && (restores?.restoredAfter(path, graceStart) ?? false),
    ...watch,
  });
}

function asPlan({ rule, source }: Opened, plan: CleanPlan): Plan {
  const { files, bytes, oldestNs } = plan.table.totals();
  return {
    totals: { files, bytes, oldestMs: oldestNs === undefined ? undefined : Number(oldestNs / 1_000_000n) },
    kept: plan.kept,
    errors: plan.unreadable,
    warnings: atimeWarnings(rule, source),
    refusal: plan.refusal,
    steps: () => plannedSteps(plan),
    [Symbol.dispose]: () => plan[Symbol.dispose](),
  };
}

/** Without access times, a file that is only read looks as old as one that nobody wants (HAZARDS M26). */
function atimeWarnings({ ageBy }: CleanRule, { mount, place }: OpenSource): readonly string[] {
  if (!ageBy.includes("atime") || !mount.options.includes("noatime")) return [];
  return [`${place.mountPoint} is mounted noatime: reading a file does not make it any younger`];
}

function* plannedSteps({ table }: CleanPlan): Generator<PlannedStep> {
  const common = { action: "delete", to: undefined, reason: "older-than" } as const;
  for (const removals of [table.single(), table.linked()]) {
    for (const { directory, name, identity } of removals) {
      const { sizeBytes, modifiedNs } = identity;
      yield { ...common, path: joinPath(directory, name), sizeBytes, modifiedMs: Number(modifiedNs / 1_000_000n) };
    }
  }
  for (const { path, identity } of table.directories()) {
    yield { ...common, path, sizeBytes: 0, modifiedMs: Number(identity.modifiedNs / 1_000_000n) };
  }
}

function sessionOf({ context, source }: Opened): CleanSession {
  const { device, mountId } = statFd(source.root);
  return {
    root: { fd: source.root, device, mountId },
    filesystemType: source.mount.fsType,
    signal: context.signal,
    pacer: context.pacer,
  };
}
