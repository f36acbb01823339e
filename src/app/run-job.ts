import type { Config, JobRule } from "../config/config.ts";
import type { JobReport, JobStatus } from "../reports/run.ts";
import { type AppDoors, requestFor } from "./app.ts";
import { doJobInChild } from "./do-job.ts";
import type { FromChild, RunTerms } from "./job-messages.ts";
import { failureMessage, statusOf } from "./plan.ts";
import type { RunWatch } from "./run.ts";
import type { JobEnd } from "./supervise-job.ts";

export interface RunningJob {
  readonly rule: JobRule;
  readonly runId: string;
  readonly watch: RunWatch;
  readonly terms: RunTerms;
  readonly onBug: (stack: string) => void;
}

/** Runs one job in a process of its own; a bug in it is told, and the other jobs go on. */
export async function runJob(doors: AppDoors, config: Config, job: RunningJob): Promise<JobReport> {
  const { rule, watch } = job;
  const onMessage = (message: FromChild) => {
    if (message.type === "planned") watch.onPlanned(message.plan);
    if (message.type === "scanned") watch.onScanned(rule.name, message.files);
    if (message.type === "progress") watch.onProgress(rule.name, message.done);
  };
  const request = requestFor(config, rule, { doors, mode: "run", run: job.runId, ...job.terms });
  const end = await doJobInChild(doors, config, { request, onMessage });
  if (end.bug !== undefined) {
    job.onBug(end.bug);
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

function failedReport(rule: JobRule, end: JobEnd): JobReport {
  const code = end.failure?.code ?? "JOB_DIED";
  const error = { path: "", code, message: failureMessage(end.failure), hint: end.failure?.hint ?? null };
  return { ...emptyReport(rule, statusOf(code)), errors: [error] };
}

/** The report of a job that did nothing. */
export function emptyReport(rule: JobRule, status: JobStatus): JobReport {
  return {
    name: rule.name,
    kind: rule.kind,
    status,
    outcomes: {},
    bytesRead: 0,
    bytesWritten: 0,
    bytesFreed: 0,
    seconds: 0,
    stageSeconds: {},
    bottleneck: null,
    stoppedBy: null,
    remaining: { files: 0, bytes: 0, nights: null },
    pausedMs: 0,
    recovered: { finished: 0, dropped: 0, runs: [] },
    warnings: [],
    errors: [],
  };
}
