import type { JobKind } from "../lib/job-kinds.ts";
import type { ThingKind } from "../lib/thing-kinds.ts";
import { type Envelope, type EnvelopeFacts, envelope } from "./envelope.ts";
import type { PathFields } from "./path.ts";

export type ApprovalState = "approved" | "never" | "changed" | "not-needed";

export interface PlanReport extends Envelope<"plan"> {
  readonly jobs: readonly JobPlan[];
  /** Doubtful settings, as `config check` says them. */
  readonly warnings: readonly string[];
}

export interface JobPlan {
  readonly name: string;
  readonly kind: JobKind;
  /** What a run would find: `ok` can be planned; otherwise `refusal` or `error` says why not. */
  readonly status: "ok" | "refused" | "unavailable" | "failed" | "busy";
  readonly approval: Approval;
  /** Present with `--steps` and with `--json`. */
  readonly steps: readonly PlanStep[];
  readonly kept: Readonly<Record<string, { readonly count: number; readonly examples: readonly PathFields[] }>>;
  /** ISO 8601: when the oldest of these counts was taken; null when all directories were read for this plan. */
  readonly keptAsOf: string | null;
  readonly totals: {
    readonly files: number;
    readonly bytes: number;
    readonly oldestModifiedAt: string | null;
    /** How many sets they are in, with `unit = "entry"`. */
    readonly sets?: number;
    /** How many of each kind, where they are no files. */
    readonly things?: Readonly<Partial<Record<ThingKind, number>>>;
    /** What is due besides, and left to later runs by `max_move`. */
    readonly overCap?: { readonly files: number; readonly bytes: number };
  };
  readonly refusal: { readonly guard: string; readonly message: string; readonly hint: string } | null;
  readonly error: ReportedError | null;
  readonly warnings: readonly string[];
  /** What else there is to say, such as how far a watermark lets it go. */
  readonly notes: readonly string[];
}

export interface Approval {
  readonly state: ApprovalState;
  /** SHA-256 of the rule as it stands; null where it could not be resolved. */
  readonly fingerprint: string | null;
  /** ISO 8601: when the rule in force was approved. */
  readonly since: string | null;
  /** Who approved it. */
  readonly by: string | null;
  /** What differs from the approved rule: key, then, now. */
  readonly changes: readonly { readonly key: string; readonly before: string; readonly after: string }[];
  /** How many files and bytes more the plan has than by the approved rule; fewer when negative. */
  readonly effect: { readonly files: number; readonly bytes: number } | null;
}

export interface PlanStep extends PathFields {
  readonly id: number;
  readonly action: "move" | "delete" | "quarantine";
  /** Null when it goes for good. */
  readonly to: string | null;
  readonly sizeBytes: number;
  readonly modifiedAt: string;
  readonly reason: string;
}

export interface ReportedError {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

export function planReport(content: Pick<PlanReport, "jobs" | "warnings">, facts: EnvelopeFacts): PlanReport {
  return { ...envelope("plan", facts), ...content };
}
