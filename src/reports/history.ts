import { type Envelope, type EnvelopeFacts, envelope } from "./envelope.ts";
import type { JobReport, JobStatus } from "./run.ts";

/** `tierkeep history --json`: runs, newest first; with a run's id that one alone. */
export interface HistoryReport extends Envelope<"history"> {
  readonly runs: readonly RunSummary[];
}

export interface RunSummary {
  readonly runId: string;
  readonly startedAt: string;
  /** Null while it is under way, and when it was killed. */
  readonly finishedAt: string | null;
  readonly status: JobStatus | null;
  readonly seconds: number | null;
  readonly jobs: readonly JobReport[];
}

export function historyReport(runs: readonly RunSummary[], facts: EnvelopeFacts): HistoryReport {
  return { ...envelope("history", facts), runs };
}
