import { applyJob } from "../../src/app/apply-job.ts";
import { fingerprintOf } from "../../src/app/approval.ts";
import { openJob } from "../../src/app/open-job.ts";
import { type Catalog, openCatalog } from "../../src/catalog/catalog.ts";
import type { Journal } from "../../src/catalog/journal.ts";
import { noScanIndex } from "../../src/catalog/scan-index.ts";
import type { JobRule } from "../../src/config/config.ts";
import { judgeClock } from "../../src/jobs/clock-guard.ts";
import type { Job, JobContext, Refusal } from "../../src/jobs/job.ts";
import { unpaced } from "../../src/jobs/pacer.ts";
import { openReserve } from "../../src/jobs/reserve.ts";
import { OperatorError } from "../../src/lib/errors.ts";
import type { TierConfig } from "../../src/tiers/tier.ts";

const dayMs = 86_400_000;

/** One run of all jobs, as data, so that it can be done in this process or in one that will be killed. */
export interface NightSpec {
  readonly run: string;
  readonly nowMs: number;
  readonly bootId: string;
  readonly bootMs: number;
  readonly stateDir: string;
  readonly tiers: readonly TierConfig[];
  readonly rules: readonly JobRule[];
  /** A person approves what stands, and vouches for the clock, before this run. */
  readonly approves: boolean;
  /** The process is killed right before the journal's n-th write of any state. */
  readonly killedAt: number | undefined;
}

/** Job name to its status, or to the code of why it could not begin. */
export type NightResult = Readonly<Record<string, string>>;

/** What the job's children do in one night, on the manual clock. */
export async function doNight(spec: NightSpec): Promise<NightResult> {
  // Leases are probed in this process (HAZARDS M28).
  if (process.listenerCount("SIGIO") === 0) process.on("SIGIO", () => {});
  using catalog = openCatalog(spec.stateDir);
  const reading = { wallMs: spec.nowMs, bootId: spec.bootId, bootMs: spec.bootMs, synchronised: false };
  const guard = spec.approves ? undefined : judgeClock(catalog.guards.lastClock(), reading, []);
  const result: Record<string, string> = {};
  const hooked = { ...catalog, journal: dyingJournal(catalog.journal, spec.killedAt) };
  for (const rule of spec.rules) result[rule.name] = await doOne(spec, { catalog: hooked, rule, guard });
  if (guard === undefined) catalog.guards.saveClock(reading);
  return result;
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
    const { clock, signal } = context;
    const doors = { pid: process.pid, clock, signal, send: () => Promise.resolve() };
    const judging = { catalog, formerly: [], guard };
    const reserve = openReserve(spec.stateDir, false);
    const report = await applyJob(job, { catalog, judging, doors, pacer: unpaced, reserve, begun: clock.elapsed() });
    return report.status === "refused" ? (report.errors[0]?.code ?? "refused") : report.status;
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
  const entry = (name: string) => new URL(`../../src/entry/${name}.ts`, import.meta.url).pathname;
  return {
    run: spec.run,
    host: "sim",
    tiers: spec.tiers,
    catalog,
    clock: { now: () => spec.nowMs, elapsed: () => performance.now() },
    signal: new AbortController().signal,
    progress: () => {},
    copierEntry: entry("copier"),
    readerEntry: entry("reader"),
    // What the kernel stamps on directories is real time, and says nothing on a manual clock.
    scanIndex: noScanIndex,
    restoreGraceMs: 14 * dayMs,
    logrotateNames: [],
    startedBySystemd: false,
    pacer: unpaced,
    guard,
    fullScan: false,
  };
}

/** The real journal, in a process that dies at one of its writes. */
function dyingJournal(journal: Journal, killedAt: number | undefined): Journal {
  if (killedAt === undefined) return journal;
  let writes = 0;
  const dying = (state: "stage" | "verify" | "publish") => {
    const write = journal[state] as (...args: readonly unknown[]) => unknown;
    return (...args: readonly unknown[]) => {
      writes += 1;
      if (writes === killedAt) process.kill(process.pid, "SIGKILL");
      return write(...args);
    };
  };
  return { ...journal, stage: dying("stage"), verify: dying("verify"), publish: dying("publish") } as Journal;
}
