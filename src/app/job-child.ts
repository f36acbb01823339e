import { type Catalog, openCatalog } from "../catalog/catalog.ts";
import { openScanIndex } from "../catalog/scan-index.ts";
import type { Clock } from "../host/host.ts";
import { readIoPressure } from "../host/io-pressure.ts";
import type { Job } from "../jobs/job.ts";
import { type JobLock, type LockHolder, lockJob } from "../jobs/lock.ts";
import { openPacer } from "../jobs/open-pacer.ts";
import { openReserve } from "../jobs/reserve.ts";
import { messageOf } from "../lib/errors.ts";
import { rawPath } from "../lib/raw-path.ts";
import { pathFields } from "../reports/path.ts";
import type { JobReport } from "../reports/run.ts";
import type { OpenTier } from "../tiers/tier.ts";
import { applyJob } from "./apply-job.ts";
import { catchingUp } from "./catch-up.ts";
import { keepDailyCopies } from "./daily-copies.ts";
import { contextOf, judgingOf } from "./job-context.ts";
import type { FromChild, JobRequest } from "./job-messages.ts";
import { judgeOnly } from "./judge-only.ts";
import { openJob } from "./open-job.ts";
import { planOnly } from "./plan-only.ts";

export interface ChildDoors {
  readonly pid: number;
  readonly clock: Clock;
  /** Aborted when the parent says stop. */
  readonly signal: AbortSignal;
  /** Resolves when the parent has taken the message, so that a long plan never piles up. */
  readonly send: (message: FromChild) => Promise<void>;
}

/** Does one job from start to end in a process of its own; the answers are messages. @throws OperatorError */
export async function doJob(request: JobRequest, doors: ChildDoors): Promise<void> {
  if (request.mode === "run") await applyOne(request, doors);
  else if (request.mode === "plan") await planOnly(request, doors);
  else await judgeOnly(request, doors);
}

async function applyOne(request: JobRequest, doors: ChildDoors): Promise<void> {
  const { stateDir, rule, lockWaitMs } = request;
  const holder = { pid: doors.pid, since: new Date(doors.clock.now()).toISOString(), run: request.run };
  const onWaiting = () => void doors.send({ type: "waiting" });
  const names = { job: rule.name, formerly: rule.formerly };
  const waiting = lockWaitMs === undefined ? {} : { waitMs: lockWaitMs };
  using lock = await lockJob({ stateDir, ...names, holder, signal: doors.signal, onWaiting, ...waiting });
  const reserve = openReserve(stateDir, request.isTight);
  using catalog = reserve.use(() => openCatalog(stateDir));
  const begun = doors.clock.elapsed();
  const { isTight } = reserve;
  const { limits, baselineRatio } = request;
  const { clock, signal } = doors;
  const pacer = openPacer({ limits, clock, signal, baselineRatio, isTight, onWaiting, readPressure: readIoPressure });
  using scanIndex = openScanIndex(stateDir);
  using job = await openJob(rule, contextOf(request, doors, { catalog, scanIndex, pacer }));
  const judging = judgingOf(request, catalog);
  const report = await applyJob(catchingUp(job, catalog, { request, doors }), {
    catalog,
    judging,
    pacer,
    reserve,
    doors: tellingLock(doors, { lock, holder }),
    begun,
  });
  await doors.send({ type: "report", report: withCopies(report, { request, doors, catalog, job }) });
}

const tellEveryMs = 2_000;

/** Whoever waits for the job's lock reads in it how far the job is. */
function tellingLock(doors: ChildDoors, { lock, holder }: { lock: JobLock; holder: LockHolder }): ChildDoors {
  let [planned, done, toldMs] = [0, 0, doors.clock.elapsed()];
  const send: ChildDoors["send"] = (message) => {
    if (message.type === "planned") planned = message.plan.totals.files;
    if (message.type === "progress") done += message.done.files;
    if (message.type === "progress" && doors.clock.elapsed() >= toldMs + tellEveryMs) {
      lock.tell({ ...holder, done, planned });
      toldMs = doors.clock.elapsed();
    }
    return doors.send(message);
  };
  return { ...doors, send };
}

interface Ended {
  readonly request: JobRequest;
  readonly doors: ChildDoors;
  readonly catalog: Catalog;
  readonly job: Job;
}

/** After a job that went through, the tier has what a lost machine is brought back from; where not, it is told. */
function withCopies(report: JobReport, { request, doors, catalog, job }: Ended): JobReport {
  const isThrough = report.status === "ok" || (report.status === "partial" && report.stoppedBy === null);
  if (!isThrough) return report;
  const { host, stateDir, configFile } = request;
  for (const tier of job.writesTo) {
    try {
      keepDailyCopies({ tier, catalog, host, stateDir, configFile, nowMs: doors.clock.now() });
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      return withoutCopy(report, tier, { code: String(error.code), message: messageOf(error) });
    }
  }
  return report;
}

function withoutCopy(report: JobReport, { path }: OpenTier, why: { code: string; message: string }): JobReport {
  const message = `today's copy of the catalog and the configuration was not kept on the tier: ${why.message}`;
  const hint = "every file is where it should be; the next run keeps the copy";
  const told = { ...pathFields(rawPath(path)), code: why.code, message, hint };
  return { ...report, status: "partial", errors: [...report.errors, told] };
}
