import type { Config, JobRule } from "../config/config.ts";
import type { FreedBefore, Plan, Refusal } from "../jobs/job.ts";
import { messageWithFacts } from "../lib/errors.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import type { PathFields } from "../reports/path.ts";
import type { JobPlan, PlanStep } from "../reports/plan.ts";
import { type AppDoors, newRunId, requestFor } from "./app.ts";
import { bugOf, doJobInChild } from "./do-job.ts";
import type { ExplainedPath, FromChild } from "./job-messages.ts";
import type { JobEnd } from "./supervise-job.ts";

export interface PlanOptions {
  readonly stepsAtMost: number;
  readonly why?: ReasonCode | undefined;
  /** Read every directory, whatever the scan index says. */
  readonly fullScan?: boolean;
  /** A path from the job's source, about which all is to be told. */
  readonly explain?: RawPath | undefined;
  /** What jobs planned before this one would free. */
  readonly freedBefore?: FreedBefore | undefined;
  /** What refuses whatever the job. */
  readonly guard?: Refusal | undefined;
  readonly onScanned?: (job: string, files: number) => void;
}

/** One job's plan, with what was asked for besides. */
export interface PlannedOne {
  readonly plan: JobPlan;
  /** The rule as canonical text; `undefined` where it could not be resolved. */
  readonly rule: string | undefined;
  readonly frees: Plan["frees"];
  /** What stays for the reason that was asked for. */
  readonly why: readonly PathFields[];
  /** Of the path that was asked for. */
  readonly explained: ExplainedPath | undefined;
}

/** Plans jobs one after another, as a run would do them: what one would free counts for those after it. */
export function planningInOrder(
  doors: AppDoors,
  config: Config,
): (rule: JobRule, options: PlanOptions) => Promise<PlannedOne> {
  const freedBefore: Record<string, number> = {};
  return async (rule, options) => {
    const one = await planJob(doors, config, { rule, options: { ...options, freedBefore } });
    const { plan, frees } = one;
    if (frees !== undefined && plan.status === "ok")
      freedBefore[frees.mountPoint] = (freedBefore[frees.mountPoint] ?? 0) + frees.bytes;
    return one;
  };
}

/** Plans one job in a child process, so that a hung source or tier takes nothing else with it. @throws OperatorError INTERRUPTED; Error for a bug in it */
export async function planJob(
  doors: AppDoors,
  config: Config,
  { rule, options }: { rule: JobRule; options: PlanOptions },
): Promise<PlannedOne> {
  const steps: PlanStep[] = [];
  const why: PathFields[] = [];
  let explained: ExplainedPath | undefined;
  const onMessage = (message: FromChild) => {
    if (message.type === "steps") steps.push(...message.steps);
    if (message.type === "kept") why.push(...message.paths);
    if (message.type === "explained") explained = message.explained;
    if (message.type === "scanned") options.onScanned?.(rule.name, message.files);
  };
  const request = requestFor(config, rule, {
    doors,
    mode: "plan",
    run: newRunId(doors.host),
    stepsAtMost: options.stepsAtMost,
    why: options.why,
    fullScan: options.fullScan ?? false,
    freedBefore: options.freedBefore,
    explain: options.explain,
    guard: options.guard,
  });
  const end = await doJobInChild(doors, config, { request, onMessage });
  if (end.bug !== undefined) throw bugOf([end.bug]);
  if (end.planned === undefined) doors.signal.throwIfAborted();
  if (end.planned === undefined)
    return { plan: failedPlan(rule, end), rule: undefined, frees: undefined, why, explained };
  const { rule: text, frees, ...planned } = end.planned;
  return { plan: { ...planned, steps }, rule: text, frees, why, explained };
}

function failedPlan(rule: JobRule, { failure }: JobEnd): JobPlan {
  const code = failure?.code ?? "JOB_DIED";
  return {
    name: rule.name,
    kind: rule.kind,
    status: statusOf(code),
    approval: { state: "never", fingerprint: null, since: null, by: null, changes: [], effect: null },
    steps: [],
    kept: {},
    keptAsOf: null,
    totals: { files: 0, bytes: 0, oldestModifiedAt: null },
    refusal: null,
    error: { code, message: failureMessage(failure), hint: failure?.hint ?? null },
    notes: [],
    warnings: [],
  };
}

/** The job status that a failure before any work comes to. */
export function statusOf(code: string): "busy" | "unavailable" | "failed" | "refused" {
  if (code === "BUSY") return "busy";
  if (code === "TIER_CLONED") return "refused";
  return code.startsWith("TIER_") ? "unavailable" : "failed";
}

export function failureMessage(failure: JobEnd["failure"]): string {
  return failure === undefined ? "its process ended without an answer" : messageWithFacts(failure);
}
