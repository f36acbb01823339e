import { type Catalog, openCatalog, openCatalogToRead } from "../catalog/catalog.ts";
import type { Clock } from "../host/host.ts";
import type { Job, JobContext, Plan } from "../jobs/job.ts";
import { lockJob } from "../jobs/lock.ts";
import { messageOf } from "../lib/errors.ts";
import { rawPath } from "../lib/raw-path.ts";
import { openMoveJob } from "../moves/job.ts";
import type { PathFields } from "../reports/path.ts";
import { pathFields } from "../reports/path.ts";
import type { PlanStep } from "../reports/plan.ts";
import type { JobReport } from "../reports/run.ts";
import type { OpenTier } from "../tiers/tier.ts";
import { applyJob } from "./apply-job.ts";
import { keepDailyCopies } from "./daily-copies.ts";
import type { FromChild, JobRequest } from "./job-messages.ts";
import { planAndJudge, reportedStep } from "./plan-job.ts";

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
  if (request.mode === "plan") {
    using catalog = openCatalogToRead(request.stateDir);
    await planOnly(request, doors, catalog);
    return;
  }
  const holder = { pid: doors.pid, since: new Date(doors.clock.now()).toISOString(), run: request.run };
  using _lock = await lockJob(request.stateDir, request.rule.name, holder);
  using catalog = openCatalog(request.stateDir);
  const begun = doors.clock.elapsed();
  using job = openMoveJob(request.rule, contextOf(request, doors, catalog));
  const report = await applyJob(job, { catalog, doors, begun });
  await doors.send({ type: "report", report: withCopies(report, { request, doors, catalog, job }) });
}

interface Ended {
  readonly request: JobRequest;
  readonly doors: ChildDoors;
  readonly catalog: Catalog;
  readonly job: Job;
}

/** After a job that went through, the tier has what a lost machine is brought back from; where not, it is told. */
function withCopies(report: JobReport, { request, doors, catalog, job }: Ended): JobReport {
  const isThrough = report.stoppedBy === null && (report.status === "ok" || report.status === "partial");
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

function contextOf(request: JobRequest, { clock, signal, send }: ChildDoors, catalog: Catalog | undefined): JobContext {
  const { run, host, tiers, copierEntry, restoreGraceMs, logrotateNames, startedBySystemd } = request;
  const progress: JobContext["progress"] = (done) => {
    void send({ type: "progress", done });
  };
  const given = { run, host, tiers, copierEntry, restoreGraceMs, logrotateNames, startedBySystemd };
  return { ...given, catalog, clock, signal, progress };
}

const pieceSize = 500;

async function planOnly(request: JobRequest, doors: ChildDoors, catalog: Catalog | undefined): Promise<void> {
  using job = openMoveJob(request.rule, contextOf(request, doors, catalog));
  const kept: PathFields[] = [];
  using judged = planAndJudge(job, catalog, {
    onKept: (code, path) => {
      if (code === request.why) kept.push(pathFields(path));
    },
    onProgress: (files) => {
      void doors.send({ type: "scanned", files });
    },
  });
  for (let from = 0; from < kept.length; from += pieceSize) {
    await doors.send({ type: "kept", paths: kept.slice(from, from + pieceSize) });
  }
  await sendSteps(judged.plan, request.stepsAtMost, doors);
  await doors.send({ type: "planned", plan: judged.planned });
}

async function sendSteps(plan: Plan, atMost: number, doors: ChildDoors): Promise<void> {
  let piece: PlanStep[] = [];
  let id = 0;
  for (const step of plan.steps()) {
    if (id >= atMost) break;
    id += 1;
    piece.push(reportedStep(step, id));
    if (piece.length < pieceSize) continue;
    await doors.send({ type: "steps", steps: piece });
    piece = [];
  }
  await doors.send({ type: "steps", steps: piece });
}
