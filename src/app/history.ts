import type { RunRecord, Runs } from "../catalog/runs.ts";
import { OperatorError } from "../lib/errors.ts";
import type { RunSummary } from "../reports/history.ts";
import type { RunReport } from "../reports/run.ts";

export interface HistoryRequest {
  /** Runs at most. */
  readonly last: number;
  /** Only runs of this job, and of those only its part. */
  readonly job: string | undefined;
}

/** What the catalog knows of past runs, newest first. */
export function recentRuns(runs: Runs, { last, job }: HistoryRequest): readonly RunSummary[] {
  const found: RunSummary[] = [];
  for (const record of runs.newest()) {
    if (found.length >= last) break;
    const summary = summaryOf(record);
    if (job === undefined) found.push(summary);
    else if (summary.jobs.some(({ name }) => name === job)) {
      found.push({ ...summary, jobs: summary.jobs.filter(({ name }) => name === job) });
    }
  }
  return found;
}

/** @throws OperatorError NOT_FOUND */
export function runWithId(runs: Runs, id: string): RunSummary {
  const record = runs.byId(id);
  if (record !== undefined) return summaryOf(record);
  throw new OperatorError("NOT_FOUND", `no run ${id} is known`, { hint: "tierkeep history lists the runs" });
}

function summaryOf({ run, startedAtMs, finishedAtMs, report }: RunRecord): RunSummary {
  const told = report === undefined ? undefined : (JSON.parse(report) as RunReport);
  return {
    runId: run,
    startedAt: new Date(startedAtMs).toISOString(),
    finishedAt: finishedAtMs === undefined ? null : new Date(finishedAtMs).toISOString(),
    status: told?.status ?? null,
    seconds: finishedAtMs === undefined ? null : (finishedAtMs - startedAtMs) / 1000,
    jobs: told?.jobs ?? [],
  };
}
