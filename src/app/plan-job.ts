import type { GuardId } from "../jobs/guards.ts";
import type { Job, Plan, PlannedStep, PlanWatch, Refusal } from "../jobs/job.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { pathFields } from "../reports/path.ts";
import type { PlanStep } from "../reports/plan.ts";
import type { PlannedJob } from "./job-messages.ts";
import { type Judging, judgeJob } from "./judge-job.ts";

/** A plan together with what the catalog and the guards say of it. */
export interface JudgedPlan extends Disposable {
  readonly plan: Plan;
  readonly refusal: Refusal | undefined;
  /** Guards that would refuse, had a person not lifted them for one run. */
  readonly lifted: readonly GuardId[];
  readonly planned: PlannedJob;
}

export async function planAndJudge(job: Job, judging: Judging, watch: PlanWatch): Promise<JudgedPlan> {
  const plan = await job.plan(watch);
  const { approval, refusal, lifted } = judgeJob(job, judging, plan.refusal);
  const { totals } = plan;
  const planned: PlannedJob = {
    name: job.name,
    kind: job.kind,
    status: refusal === undefined ? "ok" : "refused",
    approval,
    rule: job.rule,
    kept: Object.fromEntries(
      Object.entries(plan.kept).map(([code, { count, examples }]) => [
        code,
        { count, examples: examples.map(pathFields) },
      ]),
    ),
    keptAsOf: plan.keptAsOfMs === undefined ? null : new Date(plan.keptAsOfMs).toISOString(),
    totals: {
      files: totals.files,
      bytes: totals.bytes,
      oldestModifiedAt: totals.oldestMs === undefined ? null : new Date(totals.oldestMs).toISOString(),
      ...(totals.sets === undefined ? {} : { sets: totals.sets }),
      ...(totals.things === undefined ? {} : { things: totals.things }),
      ...(totals.overCap === undefined ? {} : { overCap: totals.overCap }),
    },
    ...(plan.frees === undefined ? {} : { frees: plan.frees }),
    refusal: refusal ?? null,
    error: null,
    notes: plan.notes ?? [],
    warnings: [...plan.warnings, ...plan.errors.map(({ path, message }) => `${shellQuote(path)}: ${message}`)],
  };
  return { plan, refusal, lifted, planned, [Symbol.dispose]: () => plan[Symbol.dispose]() };
}

export function reportedStep(step: PlannedStep, id: number): PlanStep {
  const { action, to, sizeBytes, reason } = step;
  return {
    id,
    action,
    ...pathFields(step.path),
    to: to ?? null,
    sizeBytes,
    modifiedAt: new Date(step.modifiedMs).toISOString(),
    reason,
  };
}
