import { type Catalog, openCatalogToRead } from "../catalog/catalog.ts";
import { noScanIndex, openScanIndex } from "../catalog/scan-index.ts";
import type { Plan, PlanWatch } from "../jobs/job.ts";
import { unpaced } from "../jobs/pacer.ts";
import { OperatorError } from "../lib/errors.ts";
import { type PathFields, pathFields } from "../reports/path.ts";
import type { Approval, PlanStep } from "../reports/plan.ts";
import { explaining } from "./explain-child.ts";
import type { ChildDoors } from "./job-child.ts";
import { contextOf, judgingOf } from "./job-context.ts";
import type { JobRequest, PlannedJob } from "./job-messages.ts";
import { approvalOf } from "./judge-job.ts";
import { openJob } from "./open-job.ts";
import { planAndJudge, reportedStep } from "./plan-job.ts";
import { ruleAsApproved } from "./rule-as-approved.ts";

const pieceSize = 500;

/** Plans one job and sends the plan; nothing is written. @throws OperatorError */
export async function planOnly(request: JobRequest, doors: ChildDoors): Promise<void> {
  using catalog = openCatalogToRead(request.stateDir);
  using scanIndex = openScanIndex(request.stateDir);
  using job = await openJob(request.rule, contextOf(request, doors, { catalog, scanIndex, pacer: unpaced }));
  const { rule, why, explain: path } = request;
  const kept: PathFields[] = [];
  const explained = path === undefined ? undefined : explaining({ job, rule, path, nowMs: doors.clock.now() });
  const onKept: PlanWatch["onKept"] = (code, at, inTheWay) => {
    if (code === why) kept.push(pathFields(at));
    explained?.kept(code, at, inTheWay);
  };
  using judged = await planAndJudge(job, judgingOf(request, catalog), {
    ...(why === undefined && explained === undefined ? {} : { onKept }),
    onProgress: (files) => {
      void doors.send({ type: "scanned", files });
    },
  });
  for (let from = 0; from < kept.length; from += pieceSize) {
    await doors.send({ type: "kept", paths: kept.slice(from, from + pieceSize) });
  }
  await sendSteps(judged.plan, request.stepsAtMost, doors);
  if (explained !== undefined) await doors.send({ type: "explained", explained: explained.of(judged.plan) });
  const effect = explained === undefined ? await effectOfEdit(judged.planned, { request, doors, catalog }) : null;
  const approval = { ...judged.planned.approval, effect };
  await doors.send({ type: "planned", plan: { ...judged.planned, approval } });
}

interface Planning {
  readonly request: JobRequest;
  readonly doors: ChildDoors;
  readonly catalog: Catalog | undefined;
}

/** What an edit changes: the plan at hand against that of the rule that was approved. Null where these two cannot be compared. */
async function effectOfEdit(planned: PlannedJob, planning: Planning): Promise<Approval["effect"]> {
  const { request, doors, catalog } = planning;
  const { name, formerly } = request.rule;
  const saved = approvalOf(name, { catalog, formerly });
  if (planned.approval.state !== "changed" || saved === undefined) return null;
  const before = ruleAsApproved(request.rule, planned.rule, saved.rule);
  if (before === undefined) return null;
  try {
    const own = { catalog, scanIndex: noScanIndex, pacer: unpaced };
    using job = await openJob(before, contextOf(request, doors, own));
    using plan = await job.plan({ onProgress: (files) => void doors.send({ type: "scanned", files }) });
    const { files, bytes } = planned.totals;
    return { files: files - plan.totals.files, bytes: bytes - plan.totals.bytes };
  } catch (error) {
    // Such as a tier that is not there any more.
    if (error instanceof OperatorError) return null;
    throw error;
  }
}

async function sendSteps(plan: Plan, atMost: number, doors: ChildDoors): Promise<void> {
  let piece: PlanStep[] = [];
  let id = 0;
  for (const step of plan.steps()) {
    if (id >= atMost) break;
    id += 1;
    piece.push(reportedStep(step, id));
    if (piece.length < pieceSize) continue;
    await doors.send({ type: "steps", steps: piece });
    piece = [];
  }
  await doors.send({ type: "steps", steps: piece });
}
