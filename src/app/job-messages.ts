import type { JobRule } from "../config/config.ts";
import type { FreedBefore, Plan, Progress, Refusal } from "../jobs/job.ts";
import type { Limits } from "../jobs/limits.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import type { ExplainedJob, ExplainReport } from "../reports/explain.ts";
import type { KnownJob } from "../reports/jobs.ts";
import type { PathFields } from "../reports/path.ts";
import type { JobPlan, PlanStep, ReportedError } from "../reports/plan.ts";
import type { JobReport } from "../reports/run.ts";
import type { TierConfig } from "../tiers/tier.ts";

/** What a run gives each of its jobs. */
export interface RunTerms {
  /** `stopAfterMs` is what is left of it when the job begins. */
  readonly limits: Limits;
  /** Why destructive steps are refused, whatever the job. */
  readonly guard: Refusal | undefined;
  /** Share of the last seconds before the run in which somebody waited for a disk. */
  readonly baselineRatio: number;
  /** How long to wait for another holder of the job's lock; `undefined`: as usual. */
  readonly lockWaitMs: number | undefined;
  /** The disk under the state directory is full. */
  readonly isTight: boolean;
}

/** What a job's child process is asked to do; it reads no configuration of its own. */
export interface JobRequest extends RunTerms {
  /** `judge`: only say whether it may act. */
  readonly mode: "plan" | "run" | "judge";
  readonly run: string;
  readonly host: string;
  readonly formerHosts: readonly string[];
  readonly rule: JobRule;
  readonly tiers: readonly TierConfig[];
  readonly stateDir: string;
  readonly configFile: string;
  readonly restoreGraceMs: number;
  readonly logrotateNames: readonly string[];
  readonly copierEntry: string;
  readonly readerEntry: string;
  readonly startedBySystemd: boolean;
  readonly fullScan: boolean;
  /** What jobs planned before this one would free. */
  readonly freedBefore: FreedBefore;
  /** Send at most this many of the plan's steps. */
  readonly stepsAtMost: number;
  /** Send each thing that stays for this reason. */
  readonly why: ReasonCode | undefined;
  /** Send what the plan says of this path, from the source; empty for the source itself. */
  readonly explain: RawPath | undefined;
}

/** A job's plan as its child sends it: the steps come before, in pieces. */
export type PlannedJob = Omit<JobPlan, "steps"> & {
  /** The rule as canonical text, for `approve`. */
  readonly rule: string;
  /** What the file system of its source would get back. */
  readonly frees?: Plan["frees"];
};

/** What a job's plan says of the path that was asked for. */
export type ExplainedPath = Pick<ExplainedJob, "verdict" | "due" | "kept"> & Pick<ExplainReport, "found">;

/** Whether a job may act, as its child says it. */
export type JudgedJob = Pick<KnownJob, "approval" | "refusal" | "lifted">;

export type FromChild =
  /** It waits on purpose: for a lock, for `[limits]`. */
  | { readonly type: "waiting" }
  | { readonly type: "scanned"; readonly files: number }
  | { readonly type: "steps"; readonly steps: readonly PlanStep[] }
  | { readonly type: "kept"; readonly paths: readonly PathFields[] }
  | { readonly type: "explained"; readonly explained: ExplainedPath }
  | { readonly type: "planned"; readonly plan: PlannedJob }
  | { readonly type: "judged"; readonly judged: JudgedJob }
  | { readonly type: "progress"; readonly done: Progress }
  | { readonly type: "report"; readonly report: JobReport }
  /** An expected failure before there was a plan. */
  | { readonly type: "failure"; readonly error: ReportedError & { readonly facts: Readonly<Record<string, string>> } }
  | { readonly type: "bug"; readonly stack: string };
