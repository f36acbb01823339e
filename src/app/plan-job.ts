import type { Catalog } from "../catalog/catalog.ts";
import type { Approval } from "../catalog/decisions.ts";
import type { GuardId } from "../jobs/guards.ts";
import type { Job, Plan, PlannedStep, PlanWatch, Refusal } from "../jobs/job.ts";
import { pathFields } from "../reports/path.ts";
import type { PlanStep } from "../reports/plan.ts";
import { judgeApproval, sourceChange } from "./approval.ts";
import type { PlannedJob } from "./job-messages.ts";

/** A plan together with what the catalog and the guards say of it. */
export interface JudgedPlan extends Disposable {
  readonly plan: Plan;
  readonly refusal: Refusal | undefined;
  /** Guards that would refuse, had a person not lifted them for one run. */
  readonly lifted: readonly GuardId[];
  readonly planned: PlannedJob;
}

export interface Judging {
  readonly catalog: Catalog | undefined;
  /** What the job was called before. */
  readonly formerly: readonly string[];
  /** What refuses in this run whatever the job. */
  readonly guard: Refusal | undefined;
}

export async function planAndJudge(job: Job, judging: Judging, watch: PlanWatch): Promise<JudgedPlan> {
  const plan = await job.plan(watch);
  const saved = approvalOf(job.name, judging);
  const refusals = [judging.guard, plan.refusal, refuseChangedSource(job, sourceChange(job.rule, saved))];
  const standing = refusals.filter((each) => each !== undefined);
  const isLifted = ({ guard }: Refusal) => judging.catalog?.guards.liftOf(job.name, guard) !== undefined;
  const refusal = standing.find((each) => !isLifted(each));
  const { totals } = plan;
  const planned: PlannedJob = {
    name: job.name,
    kind: job.kind,
    status: refusal === undefined ? "ok" : "refused",
    approval: judgeApproval(job.rule, saved),
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
      ...(totals.things === undefined ? {} : { things: totals.things }),
    },
    refusal: refusal ?? null,
    error: null,
    warnings: [...plan.warnings, ...plan.errors.map(({ path, message }) => `${pathFields(path).path}: ${message}`)],
  };
  const lifted = standing.filter(isLifted).map(({ guard }) => guard);
  return { plan, refusal, lifted, planned, [Symbol.dispose]: () => plan[Symbol.dispose]() };
}

/** What was approved under the job's name, or before under one of those that it had. */
export function approvalOf(
  name: string,
  { catalog, formerly }: Pick<Judging, "catalog" | "formerly">,
): Approval | undefined {
  for (const each of [name, ...formerly]) {
    const saved = catalog?.decisions.approvalOf(each);
    if (saved !== undefined) return saved;
  }
  return undefined;
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
