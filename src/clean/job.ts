import type { Catalog } from "../catalog/catalog.ts";
import { quarantineFolder } from "../catalog/quarantine.ts";
import { availableThreads } from "../host/machine.ts";
import { modifiedNsIn, sizeBytesIn } from "../host/stat-bytes.ts";
import type { Job, JobContext, Plan, PlannedStep, PlanWatch } from "../jobs/job.ts";
import { printRule } from "../jobs/print-rule.ts";
import { scanningOf } from "../jobs/scan-source.ts";
import { type OpenSource, openSourceRoot } from "../jobs/source.ts";
import { pathIn, type RawPath, rawPath } from "../lib/raw-path.ts";
import { compileSelection } from "../policies/patterns.ts";
import { applyClean } from "./apply.ts";
import { approvedRule } from "./approved-rule.ts";
import { reconcileIntended, removeExpired } from "./expire.ts";
import { lookAtScratch } from "./look.ts";
import { scratchRoot } from "./open-directory.ts";
import { type CleanPlan, planClean } from "./plan.ts";
import type { CleanRule } from "./rule.ts";
import type { CleanSession } from "./session.ts";
import { openSetAside } from "./set-aside.ts";

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
  let removalSeconds = 0;
  return {
    name: rule.name,
    kind: "clean",
    rule: printed,
    writesTo: [],
    recover: async () => {
      const quarantine = context.catalog?.quarantine;
      const names = [rule.name, ...rule.formerly];
      const intended = names.flatMap((name) => quarantine?.intended(name) ?? []);
      if (quarantine !== undefined) reconcileIntended({ quarantine, ownRoot: source.path }, intended);
      return nothingLeft;
    },
    plan: async (watch) => {
      const cleanPlan = await planOf(opened, watch);
      const plan = asPlan(opened, cleanPlan);
      plans.set(plan, cleanPlan);
      return plan;
    },
    look: looking(opened),
    apply: async function* (plan) {
      const cleanPlan = plans.get(plan);
      if (cleanPlan === undefined) throw new Error("only a plan of this job can be applied");
      const startedMs = context.clock.elapsed();
      using session = openSession(opened);
      try {
        const isWhole = yield* applyClean(cleanPlan, session);
        if (isWhole) session.catalog.wholeRuns.save(rule.name, printed);
      } finally {
        removalSeconds = (context.clock.elapsed() - startedMs) / 1000;
      }
    },
    stageSeconds: () => ({ unlink: removalSeconds }),
    [Symbol.dispose]: () => source[Symbol.dispose](),
  };
}

/** What a killed run had removed is removed, and what it had set aside is known. */
const nothingLeft = { finished: 0, dropped: 0, runs: [], strangers: [], problems: [] } as const;

function planOf({ rule, context, source, printed }: Opened, watch: PlanWatch): Promise<CleanPlan> {
  const nowMs = context.clock.now();
  const names = [rule.name, ...rule.formerly];
  const restores = context.catalog?.restores;
  const graceStart = nowMs - context.restoreGraceMs;
  const anyRestored = restores?.anyAfter(graceStart) ?? false;
  return planClean(rule, source, {
    nowMs,
    scanning: scanningOf(rule.name, context, watch),
    startedBySystemd: context.startedBySystemd,
    tierRoots: context.tiers.flatMap(({ path }) => path ?? []),
    isFirstRun: !(context.catalog?.wholeRuns.has(names, printed) ?? false),
    expired: () => context.catalog?.quarantine.setAsideBefore(names, nowMs - (rule.quarantineMs ?? 0)) ?? [],
    restoredRecently: anyRestored ? (path) => restores?.restoredAfter(path, graceStart) ?? false : undefined,
    ...watch,
  });
}

function looking({ rule, context, source }: Opened): Job["look"] {
  const { catalog, restoreGraceMs } = context;
  const isRestoredAt = (path: RawPath, nowMs: number) =>
    catalog?.restores.restoredAfter(path, nowMs - restoreGraceMs) ?? false;
  const judgeRule = { matcher: compileSelection(rule), olderThanMs: rule.olderThanMs, ageBy: rule.ageBy };
  return (path) => lookAtScratch({ source, judgeRule, isRestoredAt }, path);
}

function asPlan({ rule, source }: Opened, plan: CleanPlan): Plan {
  return {
    totals: totalsOf(plan),
    kept: plan.kept,
    keptAsOfMs: plan.keptAsOfMs,
    errors: plan.unreadable,
    warnings: atimeWarnings(rule, source),
    refusal: plan.refusal,
    steps: () => plannedSteps(rule, plan),
    [Symbol.dispose]: () => plan[Symbol.dispose](),
  };
}

/** Without access times, a file that is only read looks as old as one that nobody wants (HAZARDS M26). */
function atimeWarnings({ ageBy }: CleanRule, { mount, place }: OpenSource): readonly string[] {
  if (!ageBy.includes("atime") || !mount.options.includes("noatime")) return [];
  return [`${place.mountPoint} is mounted noatime: reading a file does not make it any younger`];
}

function totalsOf(plan: CleanPlan): Plan["totals"] {
  let { files, bytes, oldestNs } = plan.table.totals();
  for (const { sizeBytes, modifiedNs } of plan.expired()) {
    files += 1;
    bytes += sizeBytes;
    if (oldestNs === undefined || modifiedNs < oldestNs) oldestNs = modifiedNs;
  }
  return { files, bytes, oldestMs: oldestNs === undefined ? undefined : Number(oldestNs / nsPerMs) };
}

const nsPerMs = 1_000_000n;

function* plannedSteps({ quarantineMs }: CleanRule, { table, expired }: CleanPlan): Generator<PlannedStep> {
  const removal = { action: "delete", to: undefined, reason: "older-than" } as const;
  for (const { path, sizeBytes, modifiedNs } of expired()) {
    yield { ...removal, reason: "quarantine-over", path, sizeBytes, modifiedMs: Number(modifiedNs / nsPerMs) };
  }
  const aside = { ...removal, action: "quarantine", to: `${quarantineFolder}/` } as const;
  for (const removals of [table.single(), table.linked()]) {
    for (const { directory, name, stat } of removals) {
      const path = pathIn(directory, name);
      const step = quarantineMs === undefined ? removal : aside;
      yield { ...step, path, sizeBytes: sizeBytesIn(stat), modifiedMs: modifiedMsIn(stat) };
    }
  }
  for (const { path, stat } of table.directories()) {
    yield { ...removal, path, sizeBytes: 0, modifiedMs: modifiedMsIn(stat) };
  }
}

function modifiedMsIn(stat: Buffer): number {
  return Number(modifiedNsIn(stat) / nsPerMs);
}

interface OpenSession extends CleanSession, Disposable {
  readonly catalog: Catalog;
}

function openSession({ rule, context, source }: Opened): OpenSession {
  const { catalog, signal, pacer, run } = context;
  if (catalog === undefined) throw new Error("a run always has a catalog");
  const root = scratchRoot(source);
  const owner = { run, job: rule.name, path: source.path, nowMs: context.clock.now() };
  const setAside = rule.quarantineMs === undefined ? undefined : openSetAside(owner, root, catalog.quarantine);
  return {
    catalog,
    root,
    filesystemType: source.mount.fsType,
    signal,
    pacer,
    removing: { entryPoint: context.readerEntry, threads: availableThreads() },
    setAside,
    removeExpired: (items) => removeExpired({ quarantine: catalog.quarantine, ownRoot: source.path }, items),
    [Symbol.dispose]: () => setAside?.[Symbol.dispose](),
  };
}
