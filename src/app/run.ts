import { type Catalog, openCatalog } from "../catalog/catalog.ts";
import type { Config, JobRule } from "../config/config.ts";
import { readIoPressure } from "../host/io-pressure.ts";
import { isWithinDaySpans } from "../jobs/day-span.ts";
import { isGuard } from "../jobs/guards.ts";
import type { Progress, Refusal } from "../jobs/job.ts";
import type { Limits } from "../jobs/limits.ts";
import { keepReserve, openReserve, type Reserve } from "../jobs/reserve.ts";
import { errorTable, exitCodes, isErrorCode } from "../lib/error-codes.ts";
import { OperatorError, systemFailure } from "../lib/errors.ts";
import { rawPath } from "../lib/raw-path.ts";
import { type JobReport, type JobStatus, type RunReport, runReport } from "../reports/run.ts";
import { mountOf, readMounts } from "../tiers/mounts.ts";
import type { ToldJob } from "../tiers/status-pins.ts";
import { type AppDoors, envelopeFacts, newRunId } from "./app.ts";
import { type ClockTrust, openClockTrust } from "./clock.ts";
import { bugOf } from "./do-job.ts";
import type { PlannedJob } from "./job-messages.ts";
import { emptyReport, runJob } from "./run-job.ts";
import { sourceOf } from "./source-of.ts";
import { tellHealth } from "./tell-health.ts";

export interface RunWatch {
  readonly onPlanned: (plan: PlannedJob) => void;
  readonly onScanned: (job: string, files: number) => void;
  readonly onProgress: (job: string, done: Progress) => void;
  readonly onReport: (report: JobReport) => void;
}

export interface RunRequest {
  readonly jobs: readonly JobRule[];
  readonly watch: RunWatch;
  /** How long each job waits for another holder of its lock; `undefined`: as usual. */
  readonly lockWaitMs?: number | undefined;
}

export interface RunEnd {
  readonly report: RunReport;
  /** What to throw when all is told: it has the stacks that jobs met. */
  readonly bug: Error | undefined;
}

/** Runs jobs one after another, each in a process of its own, and writes the run down. @throws OperatorError STATE_DIR */
export async function runJobs(doors: AppDoors, config: Config, request: RunRequest): Promise<RunEnd> {
  const { clock } = doors.host;
  const runId = newRunId(doors.host);
  const startedMs = clock.now();
  const reserve = openReserve(config.stateDir, false);
  using catalog = reserve.use(() => openCatalog(config.stateDir));
  reserve.use(() => catalog.runs.begin(runId, startedMs));
  if (!keepReserve(config.stateDir)) reserve.release();
  const trust = await openClockTrust(doors, config, { guards: catalog.guards, jobs: request.jobs });
  const bugs: string[] = [];
  const onBug = (stack: string) => void bugs.push(stack);
  const reports = await doJobs(doors, config, { ...request, runId, reserve, guard: trust.refusal, onBug });
  const finishedMs = clock.now();
  const times = { startedAt: new Date(startedMs).toISOString(), finishedAt: new Date(finishedMs).toISOString() };
  const whole = () => runReport({ runId, ...times, jobs: reports }, envelopeFacts(doors, config));
  const problem = recordEnd(config, { catalog, reserve, trust, report: whole(), nowMs: finishedMs });
  const last = reports.pop();
  if (last !== undefined) {
    reports.push(problem === undefined ? last : withProblem(last, problem));
    request.watch.onReport(reports.at(-1) ?? last);
  }
  return { report: whole(), bug: bugOf(bugs) };
}

interface DoingJobs extends RunRequest {
  readonly runId: string;
  readonly reserve: Reserve;
  readonly guard: Refusal | undefined;
  readonly onBug: (stack: string) => void;
}

/** All reports; the last one is not told yet, since the end of the run may still go wrong. */
async function doJobs(doors: AppDoors, config: Config, request: DoingJobs): Promise<JobReport[]> {
  const { reserve, guard, lockWaitMs, runId, watch, onBug } = request;
  const { clock } = doors.host;
  const begunMs = clock.elapsed();
  const baselineRatio = readIoPressure()?.recentRatio ?? 0;
  const isPutOff = isWithinDaySpans(config.limits.notBetween, clock.now());
  const jobs = reserve.isTight() ? roomMakersFirst(config, request.jobs) : request.jobs;
  const reports: JobReport[] = [];
  for (const rule of jobs) {
    const limits = limitsLeft(config.limits, clock.elapsed() - begunMs);
    const terms = { limits, guard, baselineRatio, lockWaitMs, isTight: reserve.isTight() };
    const before = reports.at(-1);
    if (before !== undefined) watch.onReport(before);
    if (isPutOff) reports.push({ ...emptyReport(rule, "not-started"), stoppedBy: "not_between" });
    else if (doors.signal.aborted) reports.push(emptyReport(rule, "not-started"));
    else reports.push(await runJob(doors, config, { rule, runId, watch, terms, onBug }));
  }
  return reports;
}

function limitsLeft(limits: Limits, elapsedMs: number): Limits {
  const { stopAfterMs } = limits;
  return { ...limits, stopAfterMs: stopAfterMs === undefined ? undefined : Math.max(stopAfterMs - elapsedMs, 0) };
}

/** On a full disk under the state directory those jobs come first that can make room there. */
function roomMakersFirst(config: Config, jobs: readonly JobRule[]): readonly JobRule[] {
  const mounts = readMounts();
  const deviceOf = (path: string) => mountOf(mounts, rawPath(path))?.device;
  const full = deviceOf(config.stateDir);
  const makesRoom = (rule: JobRule) => {
    const source = sourceOf(rule);
    return source !== undefined && deviceOf(source) === full;
  };
  return [...jobs.filter(makesRoom), ...jobs.filter((rule) => !makesRoom(rule))];
}

interface EndOfRun {
  readonly catalog: Catalog;
  readonly reserve: Reserve;
  readonly trust: ClockTrust;
  readonly report: RunReport;
  readonly nowMs: number;
}

/** Writes down what was done. Where that cannot be, the report says so and is not lost: the work is done (HAZARDS C3). */
function recordEnd(config: Config, { catalog, reserve, trust, report, nowMs }: EndOfRun): OperatorError | undefined {
  try {
    reserve.use(() => {
      tellHealth(config, { catalog, jobs: report.jobs.flatMap(toldJob), nowMs });
      trust.keep();
      catalog.runs.end({ run: report.runId, nowMs, status: report.status, report: JSON.stringify(report) });
    });
    keepReserve(config.stateDir);
    return undefined;
  } catch (error) {
    const problem = error instanceof OperatorError ? error : systemFailure(error);
    if (problem === undefined) throw error;
    return problem;
  }
}

function withProblem(report: JobReport, { code, message, hint }: OperatorError): JobReport {
  const told = `the run is done, but was not written down: ${message}`;
  const error = { path: "", code, message: told, hint: hint ?? null };
  return { ...report, status: report.status === "ok" ? "partial" : report.status, errors: [...report.errors, error] };
}

/** A guard's refusal, or concern, stays a finding until the job gets past it. */
function toldJob({ name, status, errors, concern }: JobReport): readonly ToldJob[] {
  if (status === "ok" || status === "partial") return [{ name, succeeded: status === "ok", refusal: concern }];
  const [error] = errors;
  if (status !== "refused" || error === undefined || !isGuard(error.code)) return [];
  const { code, message, hint } = error;
  return [{ name, succeeded: false, refusal: { guard: code, message, hint: hint ?? "" } }];
}

const onlyWhenAll: Readonly<Partial<Record<JobStatus, number>>> = {
  refused: exitCodes.refused,
  unavailable: exitCodes.unavailable,
  busy: exitCodes.busy,
};

/** The exit code of a run (INTERFACE section 3): a bug first, then 13, then 12; 5, 10 and 11 only when they are the reason for every job. */
export function exitCodeOfRun(report: RunReport): number {
  const errors = report.jobs.flatMap((job) => job.errors);
  const exits = new Set(errors.map(({ code }) => (isErrorCode(code) ? errorTable[code].exit : undefined)));
  if (exits.has("bug")) return exitCodes.bug;
  if (report.jobs.some(isInterrupted)) return exitCodes.interrupted;
  if (report.jobs.every((job) => job.status === "not-started")) return exitCodes.ok;
  if (exits.has("corrupt")) return exitCodes.corrupt;
  if (exits.has("external")) return exitCodes.external;
  if (report.status === "ok") return exitCodes.ok;
  return onlyWhenAll[report.status] ?? exitCodes.partial;
}

/** `not_between` stops no run that a person or a timer waits for. */
function isInterrupted({ status, stoppedBy }: Pick<JobReport, "status" | "stoppedBy">): boolean {
  return status === "interrupted" || (status === "not-started" && stoppedBy !== "not_between");
}
