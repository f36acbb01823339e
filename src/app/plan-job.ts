import type { Catalog } from "../catalog/catalog.ts";
import type { Job, Plan, PlannedStep, PlanWatch, Refusal } from "../jobs/job.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { pathFields } from "../reports/path.ts";
import type { PlanStep } from "../reports/plan.ts";
import { judgeApproval, sourceChange } from "./approval.ts";
import type { PlannedJob } from "./job-messages.ts";

/** A plan together with what the catalog and the guards say of it. */
export interface JudgedPlan extends Disposable {
  readonly plan: Plan;
  readonly refusal: Refusal | undefined;
  readonly planned: PlannedJob;
}

export function planAndJudge(job: Job, catalog: Catalog | undefined, watch: PlanWatch): JudgedPlan {
  const plan = job.plan(watch);
  const saved = catalog?.decisions.approvalOf(job.name);
  const refusal = plan.refusal ?? refuseChangedSource(job, sourceChange(plan.rule, saved));
  const { totals } = plan;
  const planned: PlannedJob = {
    name: job.name,
    kind: job.kind,
    status: refusal === undefined ? "ok" : "refused",
    approval: judgeApproval(plan.rule, saved),
    rule: plan.rule,
    kept: Object.fromEntries(
      Object.entries(plan.kept).map(([code, { count, examples }]) => [
        code,
        { count, examples: examples.map(pathFields) },
      ]),
    ),
    totals: {
      files: totals.files,
      bytes: totals.bytes,
      oldestModifiedAt: totals.oldestMs === undefined ? null : new Date(totals.oldestMs).toISOString(),
    },
    refusal: refusal ?? null,
    error: null,
    warnings: [...plan.warnings, ...plan.errors.map(({ path, message }) => `${shellQuote(path)}: ${message}`)],
  };
  return { plan, refusal, planned, [Symbol.dispose]: () => plan[Symbol.dispose]() };
}

function refuseChangedSource(job: Job, change: string | undefined): Refusal | undefined {
  if (change === undefined) return undefined;
  return {
    guard: "source-changed",
    message: `the source of ${job.name} is not what was approved: ${change}`,
    hint: `mount what belongs there; if the change is meant, tierkeep approve ${job.name}`,
  };
}

export function reportedStep(step: PlannedStep, id: number): PlanStep {
  const { action, to, sizeBytes } = step;
  return {
    id,
    action,
    ...pathFields(step.path),
    to,
    sizeBytes,
    modifiedAt: new Date(step.modifiedMs).toISOString(),
    reason: "older-than",
  };
}
