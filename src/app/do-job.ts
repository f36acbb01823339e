import type { Config } from "../config/config.ts";
import type { AppDoors } from "./app.ts";
import type { FromChild, JobRequest } from "./job-messages.ts";
import { hungTiers, notAnswering } from "./shelf.ts";
import { type JobEnd, superviseJob } from "./supervise-job.ts";

/** Does one job in a process of its own, if the tiers that it needs answer at all. */
export function doJobInChild(
  doors: AppDoors,
  config: Config,
  { request, onMessage }: { request: JobRequest; onMessage: (message: FromChild) => void },
): Promise<JobEnd> {
  return superviseJob(request, {
    entryPoint: doors.entryPoint("job"),
    signal: doors.signal,
    mayStart: refuseHung(doors, config, request),
    onMessage,
  });
}

async function refuseHung(doors: AppDoors, config: Config, { rule }: JobRequest): Promise<JobEnd | undefined> {
  const needed = config.tiers.filter((tier) => tier.name === rule.to || tier.name === rule.sourceTier);
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

/** An error that shows the stacks that children told; `undefined` without any. */
export function bugOf(stacks: readonly string[]): Error | undefined {
  if (stacks.length === 0) return undefined;
  const error = new Error("a job's process met a bug");
  error.stack = stacks.join("\n");
  return error;
}
