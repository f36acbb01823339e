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
}

/** Runs one job in a process of its own. @throws Error for a bug in it */
export async function runJob(doors: AppDoors, config: Config, job: RunningJob): Promise<JobReport> {
  const { rule, watch } = job;
  const onMessage = (message: FromChild) => {
    if (message.type === "planned") watch.onPlanned(message.plan);
    if (message.type === "scanned") watch.onScanned(rule.name, message.files);
    if (message.type === "progress") watch.onProgress(rule.name, message.done);
  };
  const request = requestFor(config, rule, { doors, mode: "run", run: job.runId, ...job.terms });
  const end = await doJobInChild(doors, config, { request, onMessage });
  // Killed while it could not listen, such as in a scan.
  if (end.report === undefined && doors.signal.aborted)
    return { ...emptyReport(rule, "interrupted"), stoppedBy: "signal" };
  return end.report ?? failedReport(rule, end);
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
