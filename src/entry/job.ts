import { doJob } from "../app/job-child.ts";
import type { FromChild, JobRequest } from "../app/job-messages.ts";
import { realHost } from "../host/host.ts";
import { giveWayToOthers } from "./give-way.ts";
import { serveParent } from "./serve-parent.ts";

/** The entry point of a job's own process. */
serveParent<JobRequest, FromChild>(async (request, doors) => {
  // Who waits for a plan is a person.
  giveWayToOthers(request.limits, request.mode === "run");
  await doJob(request, { ...doors, pid: process.pid, clock: realHost().clock });
});
