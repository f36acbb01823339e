import type { JobKind } from "../lib/job-kinds.ts";
import { type Envelope, type EnvelopeFacts, envelope } from "./envelope.ts";
import type { FoundPlacement } from "./find.ts";
import type { PathFields } from "./path.ts";
import type { ApprovalState, PlanStep, ReportedError } from "./plan.ts";

/** What is known of one path: whose it is, what becomes of it and when, and where its versions are. */
export interface ExplainReport extends Envelope<"explain">, PathFields {
  /** Where links in the path lead, as far as that can be told without waiting for a file system. */
  readonly resolved: PathFields;
  /** What lies there now; null when nothing does. */
  readonly found: FoundThing | null;
  /** The job that decides about it. */
  readonly owner: string | null;
  /** Where nobody does: the job whose tree is the nearest. */
  readonly nearest: { readonly job: string; readonly kind: JobKind; readonly source: string } | null;
  /** Every job whose tree it lies in or contains. */
  readonly jobs: readonly ExplainedJob[];
  /** Versions of it that were moved, newest first. */
  readonly placements: readonly FoundPlacement[];
  /** Where a clean job set it aside, the last first. */
  readonly setAside: readonly SetAside[];
  /** What was moved from below it, by tier and state. */
  readonly storedBelow: readonly StoredBelow[];
}

export interface FoundThing {
  readonly kind: "file" | "directory" | "link" | "socket" | "fifo" | "device";
  readonly sizeBytes: number;
  readonly modifiedAt: string;
}

export interface ExplainedJob {
  readonly name: string;
  readonly kind: JobKind;
  /** The tree that it takes its files from. */
  readonly source: string;
  readonly approval: ApprovalState;
  readonly refusal: { readonly guard: string; readonly message: string; readonly hint: string } | null;
  readonly error: ReportedError | null;
  /** What the plan says besides, such as why it takes nothing now. */
  readonly warnings: readonly string[];
  /** What its plan says of the path; null for a directory that is decided file by file. */
  readonly verdict: ExplainedVerdict | null;
  /** The steps of its plan below the path. */
  readonly due: { readonly count: number; readonly bytes: number };
  /** What stays below the path, by reason. */
  readonly kept: Readonly<Record<string, StayingBelow>>;
}

export interface ExplainedVerdict extends PathFields {
  /** A reason for which it stays, or `due`. `path` is what is decided as a whole, from the source: the path, or what it lies in. */
  readonly reason: string;
  /** What is done with it when it is due. */
  readonly action: PlanStep["action"] | null;
  /** When it is old enough; null where age is not what keeps it. */
  readonly dueAt: string | null;
  /** The daily run after that. */
  readonly runAt: string | null;
  /** Why it would stay even then. */
  readonly thenReason: string | null;
  /** Where it would lie then. */
  readonly to: string | null;
  /** The pattern that leaves it out; null where no `include` fits. */
  readonly pattern: string | null;
  /** What keeps the whole that it is a part of, from the source; null where it is not one thing. */
  readonly inTheWay: (PathFields & { readonly why: string }) | null;
  /** Who has it, or what is in the way, open, mapped or locked. */
  readonly users: readonly FileUserFields[];
}

export interface FileUserFields {
  readonly pid: number;
  readonly command: string;
  readonly use: "writing" | "reading" | "mapped" | "locked";
  /** When the process began. */
  readonly startedAt: string;
  /** The container that it runs in: its name, or the start of its id. */
  readonly container: string | null;
}

export interface StayingBelow {
  readonly count: number;
  readonly bytes: number;
  /** When the first of them is old enough. */
  readonly firstDueAt: string | null;
  readonly examples: readonly PathFields[];
}

export interface SetAside {
  readonly id: string;
  readonly job: string;
  readonly setAsideAt: string;
  /** When it goes for good; null when its job does not say any more. */
  readonly goesAt: string | null;
  readonly sizeBytes: number;
  readonly modifiedAt: string;
}

export interface StoredBelow {
  readonly tier: string;
  readonly state: FoundPlacement["state"];
  readonly versions: number;
  readonly sizeBytes: number;
  readonly storedBytes: number;
}

export function explainReport(
  content: Omit<ExplainReport, keyof Envelope<"explain">>,
  facts: EnvelopeFacts,
): ExplainReport {
  return { ...envelope("explain", facts), ...content };
}
