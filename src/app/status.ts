import { type Catalog, openCatalogToRead } from "../catalog/catalog.ts";
import type { Config } from "../config/config.ts";
import { checkHealth } from "../health/check.ts";
import { messageOf, OperatorError } from "../lib/errors.ts";
import type { TierHealth } from "../reports/health.ts";
import type { RunSummary } from "../reports/history.ts";
import { type JobStatusAtAGlance, type StatusReport, statusReport, type TierStatus } from "../reports/status.ts";
import { type AppDoors, envelopeFacts } from "./app.ts";
import { recentRuns } from "./history.ts";
import { approvalOf } from "./judge-job.ts";

/** Tiers as health sees them, jobs as the last runs left them; within health's own limit, whatever hangs. */
export async function lookAtAll(doors: AppDoors, config: Config): Promise<StatusReport> {
  const health = await checkHealth(
    {
      tiers: config.tiers,
      jobs: config.jobs,
      hostName: config.host,
      toolVersion: doors.toolVersion,
      runtimeDir: config.runtimeDir,
      userRuntimeDir: doors.userRuntimeDir,
      probeEntry: doors.entryPoint("probe"),
      startedMs: 0,
    },
    doors.host,
    doors.signal,
  );
  const { lastRun, jobs, catalogProblem } = readCatalog(config);
  const { status, findings } = health;
  const tiers = health.tiers.map(atAGlance);
  return statusReport({ status, lastRun, tiers, jobs, findings, catalogProblem }, envelopeFacts(doors, config));
}

function atAGlance({ name, status, filesystems, latencyMs, hungSince }: TierHealth): TierStatus {
  const [fullest] = [...filesystems].sort((left, right) => (right.usedRatio ?? 0) - (left.usedRatio ?? 0));
  const { usedRatio = null, freeBytes = null } = fullest ?? {};
  return { name, status, usedRatio, freeBytes, latencyMs, hungSince };
}

type Told = Pick<StatusReport, "lastRun" | "jobs" | "catalogProblem">;

/** What cannot be read, usually for want of root, is told and is no failure. */
function readCatalog(config: Config): Told {
  try {
    using catalog = openCatalogToRead(config.stateDir);
    return { ...told(config, catalog), catalogProblem: null };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { ...told(config, undefined), catalogProblem: messageOf(error) };
  }
}

const runsLookedAt = 200;

function told(config: Config, catalog: Catalog | undefined): Pick<StatusReport, "lastRun" | "jobs"> {
  const runs = catalog === undefined ? [] : recentRuns(catalog.runs, { last: runsLookedAt, job: undefined });
  const [first] = runs;
  return {
    lastRun: first === undefined ? null : withoutJobs(first),
    jobs: config.jobs.map((job) => lastOf(job, runs, catalog)),
  };
}

function withoutJobs({ jobs: _, ...run }: RunSummary): Omit<RunSummary, "jobs"> {
  return run;
}

function lastOf(
  { name, formerly, kind }: Config["jobs"][number],
  runs: readonly RunSummary[],
  catalog: Catalog | undefined,
): JobStatusAtAGlance {
  const isIt = (job: { readonly name: string }) => job.name === name || formerly.includes(job.name);
  const run = runs.find(({ jobs }) => jobs.some(isIt));
  return {
    name,
    kind,
    approved: approvalOf(name, { catalog, formerly }) !== undefined,
    lastRunAt: run?.startedAt ?? null,
    last: run?.jobs.find(isIt) ?? null,
  };
}
