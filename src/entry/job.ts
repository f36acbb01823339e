import { setPriority } from "node:os";
import { doJob } from "../app/job-child.ts";
import type { FromChild, JobRequest } from "../app/job-messages.ts";
import { realHost } from "../host/host.ts";
import { setIdleIoPriority } from "../host/own-process.ts";
import { serveParent } from "./serve-parent.ts";

/** The entry point of a job's own process. */
serveParent<JobRequest, FromChild>(async (request, doors) => {
  giveWayToOthers(request);
  await doJob(request, { ...doors, pid: process.pid, clock: realHost().clock });
});

/** Before any thread is started, which has then the same. Who waits for a plan is a person. */
function giveWayToOthers({ mode, limits }: JobRequest): void {
  if (limits.io === "idle") setIdleIoPriority();
  if (mode === "run") setPriority(limits.io === "idle" ? 19 : 10);
}
