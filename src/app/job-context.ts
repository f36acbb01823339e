import type { Catalog } from "../catalog/catalog.ts";
import type { JobContext } from "../jobs/job.ts";
import type { ChildDoors } from "./job-child.ts";
import type { JobRequest } from "./job-messages.ts";
import type { Judging } from "./judge-job.ts";

/** What a job of this request gets from outside. */
export function contextOf(
  request: JobRequest,
  { clock, signal, send }: ChildDoors,
  own: Pick<JobContext, "catalog" | "scanIndex" | "pacer">,
): JobContext {
  const { run, host, tiers, copierEntry, readerEntry, restoreGraceMs, logrotateNames } = request;
  const { startedBySystemd, guard, fullScan, freedBefore } = request;
  const progress: JobContext["progress"] = (done) => {
    void send({ type: "progress", done });
  };
  const given = { run, host, tiers, copierEntry, readerEntry, restoreGraceMs, logrotateNames };
  return { ...given, startedBySystemd, guard, fullScan, freedBefore, ...own, clock, signal, progress };
}

/** What its plan is judged by. */
export function judgingOf({ rule, guard }: JobRequest, catalog: Catalog | undefined): Judging {
  return { catalog, formerly: rule.formerly, guard };
}
