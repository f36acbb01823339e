import { type Catalog, openCatalogToRead } from "../catalog/catalog.ts";
import type { Config, JobRule } from "../config/config.ts";
import type { Refusal } from "../jobs/job.ts";
import { type JobsReport, jobsReport, type KnownJob } from "../reports/jobs.ts";
import { type AppDoors, envelopeFacts, newRunId, requestFor } from "./app.ts";
import { clockRefusal } from "./clock.ts";
import { doJobInChild } from "./do-job.ts";
import { recentRuns } from "./history.ts";
import { failureMessage } from "./plan.ts";

/** Every job: whether it may act, and what became of it last. */
export async function knownJobs(doors: AppDoors, config: Config, jobs: readonly JobRule[]): Promise<JobsReport> {
  const guard = await clockRefusal(doors, config);
  using catalog = openCatalogToRead(config.stateDir);
  const known: KnownJob[] = [];
  for (const rule of jobs) {
    known.push({ ...(await judged(doors, config, { rule, guard })), ...lastRunOf(rule, catalog), nextRunAt: null });
  }
  return jobsReport({ jobs: known }, envelopeFacts(doors, config));
}

type Judged = Omit<KnownJob, "lastRunAt" | "last" | "nextRunAt">;

const notKnown = {
  approval: { state: "never", fingerprint: null, since: null, by: null, changes: [], effect: null },
  refusal: null,
  lifted: [],
} as const;

/** Asked in a child, since a job's source may hang. */
async function judged(
  doors: AppDoors,
  config: Config,
  { rule, guard }: { rule: JobRule; guard: Refusal | undefined },
): Promise<Judged> {
  const request = requestFor(config, rule, { doors, mode: "judge", run: newRunId(doors.host), guard });
  const end = await doJobInChild(doors, config, { request, onMessage: () => undefined });
  doors.signal.throwIfAborted();
  const { name, kind } = rule;
  if (end.judged !== undefined) return { name, kind, ...end.judged, error: null };
  const code = end.failure?.code ?? "JOB_DIED";
  const error = { code, message: failureMessage(end.failure), hint: end.failure?.hint ?? null };
  return { name, kind, ...notKnown, error };
}

function lastRunOf({ name, formerly }: JobRule, catalog: Catalog | undefined): Pick<KnownJob, "lastRunAt" | "last"> {
  for (const each of catalog === undefined ? [] : [name, ...formerly]) {
    const [run] = catalog === undefined ? [] : recentRuns(catalog.runs, { last: 1, job: each });
    if (run !== undefined) return { lastRunAt: run.startedAt, last: run.jobs[0] ?? null };
  }
  return { lastRunAt: null, last: null };
}
