import type { Catalog } from "../catalog/catalog.ts";
import type { Approval as SavedApproval } from "../catalog/decisions.ts";
import type { GuardId } from "../jobs/guards.ts";
import type { Job, Refusal } from "../jobs/job.ts";
import type { Approval } from "../reports/plan.ts";
import { judgeApproval, sourceChange } from "./approval.ts";
import { refuseLacking } from "./refuse-lacking.ts";

export interface Judging {
  readonly catalog: Catalog | undefined;
  /** What the job was called before. */
  readonly formerly: readonly string[];
  /** What refuses in this run whatever the job. */
  readonly guard: Refusal | undefined;
}

/** Whether a job may act. */
export interface JobJudgement {
  readonly approval: Approval;
  /** The first that no person has lifted. */
  readonly refusal: Refusal | undefined;
  /** Guards that would refuse, had a person not lifted them for one run. */
  readonly lifted: readonly GuardId[];
}

/** What the catalog and the guards say of a job; `planRefusal` is what its plan says, if there is one. */
export function judgeJob(job: Job, judging: Judging, planRefusal: Refusal | undefined): JobJudgement {
  const { catalog, guard } = judging;
  const saved = approvalOf(job.name, judging);
  const lacking = refuseLacking(job.kind, catalog?.lackingTiers.all() ?? []);
  const refusals = [guard, lacking, planRefusal, refuseChangedSource(job, sourceChange(job.rule, saved))];
  const standing = refusals.filter((each) => each !== undefined);
  const isLifted = (each: Refusal) => catalog?.guards.liftOf(job.name, each.guard) !== undefined;
  return {
    approval: judgeApproval(job.rule, saved),
    refusal: standing.find((each) => !isLifted(each)),
    lifted: standing.filter(isLifted).map((each) => each.guard),
  };
}

/** What was approved last, under the job's name or one of those that it had before; at the same time: under the later name. */
export function approvalOf(
  name: string,
  { catalog, formerly }: Pick<Judging, "catalog" | "formerly">,
): SavedApproval | undefined {
  const saved = [name, ...formerly.toReversed()].flatMap((each) => catalog?.decisions.approvalOf(each) ?? []);
  return saved.toSorted((one, other) => other.approvedAtMs - one.approvedAtMs)[0];
}

function refuseChangedSource(job: Job, change: string | undefined): Refusal | undefined {
  if (change === undefined) return undefined;
  return {
    guard: "source-changed",
    message: `the source of ${job.name} is not what was approved: ${change}`,
    hint: `mount what belongs there; if the change is meant, tierkeep approve ${job.name}`,
  };
}
