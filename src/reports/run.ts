import type { JobKind } from "../lib/job-kinds.ts";
import type { ThingKind } from "../lib/thing-kinds.ts";
import { type Envelope, type EnvelopeFacts, envelope } from "./envelope.ts";
import type { PathFields } from "./path.ts";
import type { ReportedError } from "./plan.ts";

export type JobStatus =
  | "ok"
  | "partial"
  | "failed"
  | "refused"
  | "unavailable"
  | "busy"
  | "interrupted"
  | "not-started";

export interface RunReport extends Envelope<"run"> {
  readonly runId: string;
  /** The status that all jobs share, else `partial`. */
  readonly status: JobStatus;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly jobs: readonly JobReport[];
}

export interface JobReport {
  readonly name: string;
  readonly kind: JobKind;
  readonly status: JobStatus;
  /** Files by what became of them: `moved`, or a reason code. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Content moved, and what it takes on the tier. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** What went for good took so much room. */
  readonly bytesFreed: number;
  /** What was removed that is no file, by kind. */
  readonly reclaimed?: Reclaimed;
  readonly seconds: number;
  /** Wall time of each stage. */
  readonly stageSeconds: Readonly<Record<string, number>>;
  /** The stage that took longest; null when nothing was done. */
  readonly bottleneck: string | null;
  /** Why it ended before its plan did; null when it did not. */
  readonly stoppedBy: string | null;
  /** What its plan has left. `nights`: how many runs like this one that takes; null where that cannot be told. */
  readonly remaining: { readonly files: number; readonly bytes: number; readonly nights: number | null };
  /** How long it gave way to others who waited for the machine's disks. */
  readonly pausedMs: number;
  /** What this run finished and dropped of dead ones. */
  readonly recovered: { readonly finished: number; readonly dropped: number; readonly runs: readonly string[] };
  readonly warnings: readonly string[];
  /** What its deeds came to that a person should look at, by the guard that watches over it; absent when all is well. */
  readonly concern?: { readonly guard: string; readonly message: string; readonly hint: string };
  /** At most 100. */
  readonly errors: readonly JobError[];
}

export type Reclaimed = Readonly<Partial<Record<ThingKind, { readonly count: number; readonly bytes: number }>>>;

export interface JobError extends PathFields, ReportedError {}

/** The status of a run, from its jobs' (INTERFACE section 4). */
export function sharedStatus(jobs: readonly Pick<JobReport, "status">[]): JobStatus {
  if (jobs.length === 0) return "ok";
  const [first, ...others] = new Set(jobs.map((job) => job.status));
  return first !== undefined && others.length === 0 ? first : "partial";
}

export function runReport(content: Omit<RunReport, keyof Envelope<"run"> | "status">, facts: EnvelopeFacts): RunReport {
  return { ...envelope("run", facts), status: sharedStatus(content.jobs), ...content };
}
