import { openCatalogToRead } from "../catalog/catalog.ts";
import { noScanIndex } from "../catalog/scan-index.ts";
import { unpaced } from "../jobs/pacer.ts";
import type { ChildDoors } from "./job-child.ts";
import { contextOf, judgingOf } from "./job-context.ts";
import type { JobRequest } from "./job-messages.ts";
import { judgeJob } from "./judge-job.ts";
import { openJob } from "./open-job.ts";

/** Says whether one job may act, without planning it; nothing is written. @throws OperatorError */
export async function judgeOnly(request: JobRequest, doors: ChildDoors): Promise<void> {
  using catalog = openCatalogToRead(request.stateDir);
  const context = contextOf(request, doors, { catalog, scanIndex: noScanIndex, pacer: unpaced });
  using job = await openJob(request.rule, context);
  const { approval, refusal, lifted } = judgeJob(job, judgingOf(request, catalog), undefined);
  await doors.send({ type: "judged", judged: { approval, refusal: refusal ?? null, lifted } });
}
