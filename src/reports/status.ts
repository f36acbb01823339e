import { type Envelope, type EnvelopeFacts, envelope } from "./envelope.ts";
import type { Finding, HealthStatus } from "./health.ts";
import type { RunSummary } from "./history.ts";
import type { JobReport } from "./run.ts";

/** `tierkeep --json`: tiers, jobs and findings at a glance. */
export interface StatusReport extends Envelope<"status"> {
  readonly status: HealthStatus;
  readonly lastRun: Omit<RunSummary, "jobs"> | null;
  readonly tiers: readonly TierStatus[];
  readonly jobs: readonly JobStatusAtAGlance[];
  readonly findings: readonly Finding[];
  /** Why the catalog was not looked at; null when it was, and when there is none yet. */
  readonly catalogProblem: string | null;
}

export interface TierStatus {
  readonly name: string;
  readonly status: HealthStatus;
  /** Of its fullest file system. */
  readonly usedRatio: number | null;
  readonly freeBytes: number | null;
  readonly latencyMs: number | null;
  readonly hungSince: string | null;
}

export interface JobStatusAtAGlance {
  readonly name: string;
  readonly kind: string;
  readonly approved: boolean;
  /** ISO 8601: the begin of the run that is told. */
  readonly lastRunAt: string | null;
  readonly last: JobReport | null;
}

export function statusReport(
  content: Omit<StatusReport, keyof Envelope<"status">>,
  facts: EnvelopeFacts,
): StatusReport {
  return { ...envelope("status", facts), ...content };
}
