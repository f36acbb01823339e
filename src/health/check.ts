import { currentUser } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import { type Finding, type HealthReport, healthReport } from "../reports/health.ts";
import { readMounts } from "../tiers/mounts.ts";
import type { TierConfig } from "../tiers/tier.ts";
import { finding } from "./findings.ts";
import { probeGroups } from "./group.ts";
import { type ConfiguredJob, judgeAside } from "./judge-aside.ts";
import { judgeStored } from "./judge-stored.ts";
import { judgeTier } from "./judge-tier.ts";
import { type LockPlaces, openLockDirectory } from "./probe-lock.ts";
import { superviseProbes } from "./supervise.ts";
import { readToldByRuns, type ToldByRuns } from "./told-by-runs.ts";

export interface HealthRequest extends LockPlaces {
  readonly tiers: readonly TierConfig[];
  readonly jobs: readonly ConfiguredJob[];
  readonly hostName: string;
  readonly toolVersion: string;
  /** The script of a probe child. */
  readonly probeEntry: string;
  /** When the asking began, on the monotonic clock; 0 is the start of the process. */
  readonly startedMs: number;
}

/** Everything stays within 5 s, the start of the program and the screen included. */
const limitMs = 4_300;
/** What a child needs when the start took long. */
const leastLimitMs = 2_500;

/**
 * Asks all tiers and says how they are, within the limit whatever hangs. This process itself never touches a tier's
 * path: it reads the mount table, and children do the rest (HAZARDS C1, C2).
 * @throws OperatorError EXTERNAL when there is no place for the probes' locks
 */
export async function checkHealth(request: HealthRequest, host: Host, signal: AbortSignal): Promise<HealthReport> {
  using locks = openLockDirectory(request);
  const mounts = readMounts();
  const told = readToldByRuns(request.runtimeDir);
  const groups = probeGroups({ tiers: request.tiers, pins: told.pins, host: request.hostName, mounts });
  const { probeEntry: entry } = request;
  const leftMs = Math.max(request.startedMs + limitMs - host.clock.elapsed(), leastLimitMs);
  const outcomes = await superviseProbes(groups, { locks, entry, clock: host.clock, limitMs: leftMs, signal });
  const nowMs = host.clock.now();
  const isRoot = currentUser() === 0;
  const judged = request.tiers.map((tier) =>
    judgeTier({ tier, mounts, outcomes, nowMs, isRoot, capabilities: told.capabilities.get(tier.name) }),
  );
  return healthReport({
    now: nowMs,
    host: request.hostName,
    toolVersion: request.toolVersion,
    toldAt: told.writtenAt ?? null,
    tiers: judged.map((each) => each.health),
    jobs: request.jobs.map(({ name }) => ({ name, lastSuccessAt: told.lastSuccessAt.get(name) ?? null })),
    findings: [
      ...judged.flatMap((each) => each.findings),
      ...request.jobs.flatMap(({ name }) => refused(told, name)),
      ...judgeStored(told),
      ...judgeAside(told, request.jobs),
    ],
  });
}

function refused({ refusals }: ToldByRuns, job: string): readonly Finding[] {
  const refusal = refusals.get(job);
  if (refusal === undefined) return [];
  const { guard, message, hint } = refusal;
  if (guard === "space-not-freed") return [finding(guard, { tier: job, message, hint })];
  return [finding("job-refused", { tier: job, message: `refused by ${guard}: ${message}`, hint })];
}
