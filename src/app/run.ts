import { type Catalog, openCatalog } from "../catalog/catalog.ts";
import type { Config } from "../config/config.ts";
import type { Progress } from "../jobs/job.ts";
import { errorTable, exitCodes, isErrorCode } from "../lib/error-codes.ts";
import { OperatorError, systemFailure } from "../lib/errors.ts";
import type { MoveRule } from "../moves/rule.ts";
import { type JobReport, type JobStatus, type RunReport, runReport } from "../reports/run.ts";
import { writePinStatus } from "../tiers/status-pins.ts";
import { type AppDoors, envelopeFacts, newRunId, requestFor } from "./app.ts";
import { bugOf, doJobInChild } from "./do-job.ts";
import type { FromChild, PlannedJob } from "./job-messages.ts";
import { failureMessage, statusOf } from "./plan.ts";
import type { JobEnd } from "./supervise-job.ts";

export interface RunWatch {
  readonly onPlanned: (plan: PlannedJob) => void;
  readonly onScanned: (job: string, files: number) => void;
  readonly onProgress: (job: string, done: Progress) => void;
  readonly onReport: (report: JobReport) => void;
}

export interface RunEnd {
  readonly report: RunReport;
  /** What to throw when all is told: it has the stacks that jobs met. */
  readonly bug: Error | undefined;
}

/** Runs jobs one after another, each in a process of its own, and writes the run down. @throws OperatorError STATE_DIR */
export async function runJobs(
  doors: AppDoors,
  config: Config,
  { jobs, watch }: { jobs: readonly MoveRule[]; watch: RunWatch },
): Promise<RunEnd> {
  using catalog = openCatalog(config.stateDir);
  const runId = newRunId(doors.host);
  const startedMs = doors.host.clock.now();
  catalog.runs.begin(runId, startedMs);
  const reports: JobReport[] = [];
  const bugs: string[] = [];
  for (const rule of jobs) {
    const report = doors.signal.aborted
      ? emptyReport(rule, "not-started")
      : await runJob(doors, config, { rule, runId, watch, onBug: (stack) => void bugs.push(stack) });
    reports.push(report);
    // The last one waits for what may still go wrong below.
    if (reports.length < jobs.length) watch.onReport(report);
  }
  const finishedMs = doors.host.clock.now();
  const times = { startedAt: new Date(startedMs).toISOString(), finishedAt: new Date(finishedMs).toISOString() };
  const whole = () => runReport({ runId, ...times, jobs: reports }, envelopeFacts(doors, config));
  const problem = recordEnd(config, { catalog, report: whole(), nowMs: finishedMs });
  const last = reports.pop();
  if (last !== undefined) {
    reports.push(problem === undefined ? last : withProblem(last, problem));
    watch.onReport(reports.at(-1) ?? last);
  }
  return { report: whole(), bug: bugOf(bugs) };
}

/** Writes down what was done. Where that cannot be, the report says so and is not lost: the work is done (HAZARDS C3). */
function recordEnd(
  config: Config,
  { catalog, report, nowMs }: { catalog: Catalog; report: RunReport; nowMs: number },
): OperatorError | undefined {
  try {
    tellHealth(config, { catalog, reports: report.jobs, nowMs });
    catalog.runs.end({ run: report.runId, nowMs, status: report.status, report: JSON.stringify(report) });
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

/** Leaves for health what it cannot see itself; /run is empty after a boot. */
function tellHealth(config: Config, told: { catalog: Catalog; reports: readonly JobReport[]; nowMs: number }): void {
  const pins = config.tiers.flatMap(({ name }) => told.catalog.decisions.pinOf(name) ?? []);
  const succeeded = told.reports.filter((report) => report.status === "ok").map((report) => report.name);
  writePinStatus(config.runtimeDir, pins, { now: told.nowMs, host: config.host, succeeded });
}

interface Running {
  readonly rule: MoveRule;
  readonly runId: string;
  readonly watch: RunWatch;
  readonly onBug: (stack: string) => void;
}

async function runJob(doors: AppDoors, config: Config, running: Running): Promise<JobReport> {
  const { rule, runId, watch, onBug } = running;
  const onMessage = (message: FromChild) => {
    if (message.type === "planned") watch.onPlanned(message.plan);
    if (message.type === "scanned") watch.onScanned(rule.name, message.files);
    if (message.type === "progress") watch.onProgress(rule.name, message.done);
  };
  const request = requestFor(config, rule, { doors, mode: "run", run: runId });
  const end = await doJobInChild(doors, config, { request, onMessage });
  if (end.bug !== undefined) {
    onBug(end.bug);
    return withBug(end.report ?? emptyReport(rule, "failed"), end.bug);
  }
  // Killed while it could not listen, such as in a scan.
  if (end.report === undefined && doors.signal.aborted)
    return { ...emptyReport(rule, "interrupted"), stoppedBy: "signal" };
  return end.report ?? failedReport(rule, end);
}

/** The other jobs go on, and the stack is told when they are done. */
function withBug(report: JobReport, stack: string): JobReport {
  const words = /^\w*Error\b.*/m.exec(stack)?.[0] ?? stack.split("\n", 1)[0];
  const hint = "please report the stack on stderr; the next run repairs what was begun";
  const error = { path: "", code: "BUG", message: `its process met a bug: ${words}`, hint };
  return { ...report, status: "failed", errors: [error, ...report.errors] };
}

function failedReport(rule: MoveRule, end: JobEnd): JobReport {
  const code = end.failure?.code ?? "JOB_DIED";
  const error = { path: "", code, message: failureMessage(end.failure), hint: end.failure?.hint ?? null };
  return { ...emptyReport(rule, statusOf(code)), errors: [error] };
}

function emptyReport(rule: MoveRule, status: JobStatus): JobReport {
  return {
    name: rule.name,
    kind: rule.kind,
    status,
    outcomes: {},
    bytesRead: 0,
    bytesWritten: 0,
    seconds: 0,
    stageSeconds: {},
    bottleneck: null,
    stoppedBy: null,
    remaining: { files: 0, bytes: 0 },
    recovered: { finished: 0, dropped: 0, runs: [] },
    warnings: [],
    errors: [],
  };
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
  if (report.jobs.some((job) => job.status === "interrupted" || job.status === "not-started"))
    return exitCodes.interrupted;
  if (exits.has("corrupt")) return exitCodes.corrupt;
  if (exits.has("external")) return exitCodes.external;
  if (report.status === "ok") return exitCodes.ok;
  return onlyWhenAll[report.status] ?? exitCodes.partial;
}
