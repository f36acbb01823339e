import type { JobKind } from "../lib/job-kinds.ts";
import { type Envelope, type EnvelopeFacts, envelope } from "./envelope.ts";
import type { Approval, JobPlan, ReportedError } from "./plan.ts";
import type { JobReport } from "./run.ts";

/** `tierkeep jobs --json`: every job and whether it may act, without planning it. */
export interface JobsReport extends Envelope<"jobs"> {
  readonly jobs: readonly KnownJob[];
}

export interface KnownJob {
  readonly name: string;
  readonly kind: JobKind;
  readonly approval: Approval;
  /** What refuses it now, as far as that shows without a plan. */
  readonly refusal: JobPlan["refusal"];
  /** Guards that its next run gets past. */
  readonly lifted: readonly string[];
  /** Why it could not be looked at, such as a missing source. */
  readonly error: ReportedError | null;
  /** ISO 8601: the begin of the last run that had it, and what became of it. */
  readonly lastRunAt: string | null;
  readonly last: JobReport | null;
  /** ISO 8601; null while nothing starts it by itself. */
  readonly nextRunAt: string | null;
}

export function jobsReport(content: Pick<JobsReport, "jobs">, facts: EnvelopeFacts): JobsReport {
  return { ...envelope("jobs", facts), ...content };
}
