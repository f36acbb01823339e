import { currentUser } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import { type HealthReport, healthReport } from "../reports/health.ts";
import { readMounts } from "../tiers/mounts.ts";
import type { TierConfig, TierPin } from "../tiers/tier.ts";
import { probeGroups } from "./group.ts";
import { judgeTier } from "./judge-tier.ts";
import { type LockPlaces, openLockDirectory } from "./probe-lock.ts";
import { superviseProbes } from "./supervise.ts";

export interface HealthRequest extends LockPlaces {
  readonly tiers: readonly TierConfig[];
  /** Names of the configured jobs. */
  readonly jobs: readonly string[];
  readonly hostName: string;
  readonly toolVersion: string;
  readonly told: ToldByRuns;
  /** The script of a probe child. */
  readonly probeEntry: string;
}

/** What runs have left for health to know; health itself opens no catalog. */
export interface ToldByRuns {
  /** `undefined` when there is no status file. */
  readonly pins: ReadonlyMap<string, TierPin> | undefined;
  /** By job, ISO 8601. */
  readonly lastSuccessAt: ReadonlyMap<string, string>;
}

/** With the start of the program, everything stays within 5 s. */
const limitMs = 4_000;

/**
 * Asks all tiers and says how they are, within the limit whatever hangs. This process itself never touches a tier's
 * path: it reads the mount table, and children do the rest (HAZARDS C1, C2).
 * @throws OperatorError EXTERNAL when there is no place for the probes' locks
 */
export async function checkHealth(request: HealthRequest, host: Host, signal: AbortSignal): Promise<HealthReport> {
  using locks = openLockDirectory(request);
  const mounts = readMounts();
  const groups = probeGroups({ tiers: request.tiers, pins: request.told.pins, host: request.hostName, mounts });
  const { probeEntry: entry } = request;
  const outcomes = await superviseProbes(groups, { locks, entry, clock: host.clock, limitMs, signal });
  const nowMs = host.clock.now();
  const isRoot = currentUser() === 0;
  const judged = request.tiers.map((tier) => judgeTier({ tier, mounts, outcomes, nowMs, isRoot }));
  return healthReport({
    now: nowMs,
    host: request.hostName,
    toolVersion: request.toolVersion,
    tiers: judged.map((each) => each.health),
    jobs: request.jobs.map((name) => ({ name, lastSuccessAt: request.told.lastSuccessAt.get(name) ?? null })),
    findings: judged.flatMap((each) => each.findings),
  });
}
