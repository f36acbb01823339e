import type { Config } from "../config/config.ts";
import type { AppDoors } from "./app.ts";
import type { FromChild, JobRequest } from "./job-messages.ts";
import { hungTiers, notAnswering } from "./shelf.ts";
import { type JobEnd, superviseJob } from "./supervise-job.ts";

/** Does one job in a process of its own, if the tiers that it needs answer at all. @throws Error for a bug in it */
export async function doJobInChild(
  doors: AppDoors,
  config: Config,
  { request, onMessage }: { request: JobRequest; onMessage: (message: FromChild) => void },
): Promise<JobEnd> {
  const mayStart = refuseHung(doors, config, request);
  const end = await superviseJob(request, {
    entryPoint: doors.entryPoint("job"),
    signal: doors.signal,
    mayStart,
    onMessage,
  });
  if (end.bug !== undefined) throw bugOf(end.bug);
  return end;
}

async function refuseHung(doors: AppDoors, config: Config, { rule }: JobRequest): Promise<JobEnd | undefined> {
  const needed = config.tiers.filter((tier) => rule.needs.includes(tier.name));
  const [hung] = await hungTiers(doors, config, needed);
  return hung === undefined ? undefined : failedEnd(notAnswering(...hung));
}

function failedEnd({ code, message, hint, facts }: ReturnType<typeof notAnswering>): JobEnd {
  return {
    planned: undefined,
    report: undefined,
    bug: undefined,
    failure: { code, message, hint: hint ?? null, facts },
  };
}

/** An error that shows the child's own stack. */
function bugOf(stack: string): Error {
  const error = new Error("a job's process met a bug");
  error.stack = stack;
  return error;
}
