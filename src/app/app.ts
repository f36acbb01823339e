import type { Config, JobRule } from "../config/config.ts";
import { realConfigDeps } from "../config/deps.ts";
import { logrotateNames } from "../config/logrotate.ts";
import { readLogrotate } from "../config/read-logrotate.ts";
import type { Host } from "../host/host.ts";
import type { FreedBefore } from "../jobs/job.ts";
import { closest } from "../lib/closest.ts";
import { OperatorError } from "../lib/errors.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import type { EnvelopeFacts } from "../reports/envelope.ts";
import type { JobRequest, RunTerms } from "./job-messages.ts";

/** What the application needs from the entry point. */
export interface AppDoors {
  readonly pid: number;
  readonly host: Host;
  readonly entryPoint: (name: "job" | "tier" | "copier" | "probe" | "reader") => string;
  readonly toolVersion: string;
  /** `XDG_RUNTIME_DIR`, for who is not root. */
  readonly userRuntimeDir: string | undefined;
  /** This very process is the main one of a systemd unit. */
  readonly startedBySystemd: boolean;
  readonly signal: AbortSignal;
}

/** `20261123T041500Z-7f3a`: sorts by time, and two at once differ. */
export function newRunId(host: Host): string {
  const time = new Date(host.clock.now()).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return `${time}-${host.random(2).toString("hex")}`;
}

export function envelopeFacts(doors: AppDoors, config: Pick<Config, "host">): EnvelopeFacts {
  return { now: doors.host.clock.now(), host: config.host, toolVersion: doors.toolVersion };
}

/** The jobs that names (of jobs or kinds) mean, in the configuration's order. @throws OperatorError USAGE */
export function selectJobs(config: Config, names: readonly string[]): readonly JobRule[] {
  for (const name of names) {
    if (config.jobs.some((job) => job.name === name || job.kind === name)) continue;
    const known = config.jobs.map((job) => job.name);
    const meant = closest(name, known);
    throw new OperatorError("USAGE", `there is no job ${name}`, {
      hint: meant === undefined ? `there are: ${known.join(", ")}` : `did you mean ${meant}?`,
    });
  }
  return names.length === 0
    ? config.jobs
    : config.jobs.filter((job) => names.includes(job.name) || names.includes(job.kind));
}

export interface RequestOptions extends Partial<RunTerms> {
  readonly mode: JobRequest["mode"];
  readonly run: string;
  readonly stepsAtMost?: number;
  readonly why?: ReasonCode | undefined;
  readonly fullScan?: boolean;
  readonly freedBefore?: FreedBefore | undefined;
  readonly explain?: RawPath | undefined;
}

/** Makes the request for a job's child out of the configuration. */
export function requestFor(
  config: Config,
  rule: JobRule,
  { doors, ...options }: RequestOptions & { doors: AppDoors },
): JobRequest {
  return {
    mode: options.mode,
    run: options.run,
    host: config.host,
    formerHosts: config.formerHosts,
    rule,
    tiers: config.tiers,
    stateDir: config.stateDir,
    configFile: config.file,
    restoreGraceMs: config.restoreGraceMs,
    logrotateNames: logrotateNames(readLogrotate(realConfigDeps())),
    copierEntry: doors.entryPoint("copier"),
    readerEntry: doors.entryPoint("reader"),
    startedBySystemd: doors.startedBySystemd,
    limits: options.limits ?? config.limits,
    guard: options.guard,
    baselineRatio: options.baselineRatio ?? 0,
    lockWaitMs: options.lockWaitMs,
    isTight: options.isTight ?? false,
    fullScan: options.fullScan ?? false,
    freedBefore: options.freedBefore ?? {},
    stepsAtMost: options.stepsAtMost ?? 0,
    why: options.why,
    explain: options.explain,
  };
}
