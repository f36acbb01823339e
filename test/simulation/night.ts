import { applyJob } from "../../src/app/apply-job.ts";
import { fingerprintOf } from "../../src/app/approval.ts";
import { openJob } from "../../src/app/open-job.ts";
import { type Catalog, openCatalog } from "../../src/catalog/catalog.ts";
import { noScanIndex } from "../../src/catalog/scan-index.ts";
import type { JobRule } from "../../src/config/config.ts";
import { judgeClock } from "../../src/jobs/clock-guard.ts";
import type { Job, JobContext, Refusal } from "../../src/jobs/job.ts";
import type { Limits } from "../../src/jobs/limits.ts";
import { openPacer } from "../../src/jobs/open-pacer.ts";
import { openReserve } from "../../src/jobs/reserve.ts";
import { OperatorError } from "../../src/lib/errors.ts";
import type { TierConfig } from "../../src/tiers/tier.ts";

const dayMs = 86_400_000;

/** A built program: a thread of its bundle starts in a quarter of the time of its sources. */
export function programPath(name: string): string {
  return new URL(`../../dist/${name}.js`, import.meta.url).pathname;
}

/** One run of all jobs, as data, so that it can be done in this process or in one that will be killed. */
export interface NightSpec {
  readonly run: string;
  readonly nowMs: number;
  readonly bootId: string;
  readonly bootMs: number;
  readonly stateDir: string;
  readonly tiers: readonly TierConfig[];
  readonly rules: readonly JobRule[];
  readonly limits: Limits;
  /** A person approves what stands, and vouches for the clock, before this run. */
  readonly approves: boolean;
  /** The process is killed right before the n-th state that it writes down, be it of a batch or of a set. */
  readonly killedAt: number | undefined;
}

/** Job name to its status, to the code of why it could not begin, or to what stopped it. */
export type NightResult = Readonly<Record<string, string>>;

/** What the job's children do in one night, on the manual clock. */
export async function doNight(spec: NightSpec): Promise<NightResult> {
  handleProbes();
  using catalog = openCatalog(spec.stateDir);
  const reading = { wallMs: spec.nowMs, bootId: spec.bootId, bootMs: spec.bootMs, synchronised: false };
  const guard = spec.approves ? undefined : judgeClock(catalog.guards.lastClock(), reading, []);
  const result: Record<string, string> = {};
  const dying = dyingCatalog(catalog, spec.killedAt);
  for (const rule of spec.rules) result[rule.name] = await doOne(spec, { catalog: dying, rule, guard });
  if (guard === undefined) catalog.guards.saveClock(reading);
  return result;
}

/** How many steps each job's plan has on that night, by its name. */
export async function planNight(spec: NightSpec): Promise<Readonly<Record<string, number>>> {
  handleProbes();
  using catalog = openCatalog(spec.stateDir);
  const steps: Record<string, number> = {};
  for (const rule of spec.rules) {
    using job = await openJob(rule, contextOf(spec, catalog, undefined));
    using plan = await job.plan({});
    steps[rule.name] = plan.totals.files;
  }
  return steps;
}

/** Leases are probed in this process (HAZARDS M28). */
function handleProbes(): void {
  if (process.listenerCount("SIGIO") === 0) process.on("SIGIO", () => {});
}

interface One {
  readonly catalog: Catalog;
  readonly rule: JobRule;
  readonly guard: Refusal | undefined;
}

async function doOne(spec: NightSpec, { catalog, rule, guard }: One): Promise<string> {
  const context = contextOf(spec, catalog, guard);
  try {
    using job = await openJob(rule, context);
    if (spec.approves) approve(catalog, job, spec.nowMs);
    const { clock, signal, pacer } = context;
    const doors = { pid: process.pid, clock, signal, send: () => Promise.resolve() };
    const judging = { catalog, formerly: rule.formerly, guard };
    const reserve = openReserve(spec.stateDir, false);
    const report = await applyJob(job, { catalog, judging, doors, pacer, reserve, begun: clock.elapsed() });
    if (report.status === "refused") return report.errors[0]?.code ?? "refused";
    return report.stoppedBy ?? report.status;
  } catch (error) {
    if (error instanceof OperatorError) return error.code;
    throw error;
  }
}

function approve(catalog: Catalog, { name, rule }: Job, nowMs: number): void {
  const approval = { job: name, rule, fingerprint: fingerprintOf(rule), approvedAtMs: nowMs, approvedBy: "simulation" };
  catalog.decisions.saveApproval(approval);
}

function contextOf(spec: NightSpec, catalog: Catalog, guard: Refusal | undefined): JobContext {
  const clock = { now: () => spec.nowMs, elapsed: () => performance.now() };
  const { signal } = new AbortController();
  const quiet = { baselineRatio: 0, isTight: () => false, onWaiting: () => {}, readPressure: () => undefined };
  return {
    run: spec.run,
    host: "sim",
    tiers: spec.tiers,
    catalog,
    clock,
    signal,
    progress: () => {},
    copierEntry: programPath("copier"),
    readerEntry: programPath("reader"),
    // What the kernel stamps on directories is real time, and says nothing on a manual clock.
    scanIndex: noScanIndex,
    restoreGraceMs: 14 * dayMs,
    logrotateNames: [],
    startedBySystemd: false,
    pacer: openPacer({ limits: spec.limits, clock, signal, ...quiet }),
    guard,
    fullScan: false,
  };
}

/** The real catalog, in a process that dies at one of the states that it writes down. */
function dyingCatalog(catalog: Catalog, killedAt: number | undefined): Catalog {
  if (killedAt === undefined) return catalog;
  let writes = 0;
  const dying = <T extends object>(table: T, states: readonly (keyof T & string)[]): T => {
    const before =
      (write: unknown) =>
      (...args: readonly unknown[]) => {
        writes += 1;
        if (writes === killedAt) process.kill(process.pid, "SIGKILL");
        return (write as (...args: readonly unknown[]) => unknown)(...args);
      };
    return { ...table, ...Object.fromEntries(states.map((state) => [state, before(table[state])])) };
  };
  return {
    ...catalog,
    journal: dying(catalog.journal, ["stage", "verify", "publish", "finish"]),
    sets: dying(catalog.sets, ["begin", "name", "publish", "finish"]),
    quarantine: dying(catalog.quarantine, ["intend", "settle"]),
  };
}
