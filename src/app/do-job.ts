import type { Config } from "../config/config.ts";
import { realConfigDeps } from "../config/deps.ts";
import { processState } from "../host/activity.ts";
import { OperatorError } from "../lib/errors.ts";
import { formatDuration } from "../lib/units.ts";
import type { AppDoors } from "./app.ts";
import type { FromChild, JobRequest } from "./job-messages.ts";
import { hungTiers, notAnswering, onlyWatched } from "./shelf.ts";
import { sourceOf } from "./source-of.ts";
import { type JobEnd, nothingYet, superviseJob } from "./supervise-job.ts";

/** Does one job in a process of its own, if the tiers that it needs answer at all. */
export async function doJobInChild(
  doors: AppDoors,
  config: Config,
  { request, onMessage }: { request: JobRequest; onMessage: (message: FromChild) => void },
): Promise<JobEnd> {
  const end = await superviseJob(request, {
    entryPoint: doors.entryPoint("job"),
    clock: doors.host.clock,
    signal: doors.signal,
    stallTimeoutMs: config.stallTimeoutMs,
    mayStart: refuseHung(doors, config, request),
    onMessage,
  });
  if (end.stalled === undefined) return end;
  return failedEnd(await stallOf(doors, config, { request, stuckPid: end.stalled.stuckPid }));
}

async function refuseHung(doors: AppDoors, config: Config, request: JobRequest): Promise<JobEnd | undefined> {
  const [hung] = await hungAmong(doors, config, request);
  return hung === undefined ? undefined : failedEnd(notAnswering(...hung));
}

async function hungAmong(doors: AppDoors, config: Config, { rule }: JobRequest) {
  const needed = config.tiers.filter((tier) => rule.needs.includes(tier.name));
  const source = sourceOf(rule);
  const isAsked = source !== undefined && realConfigDeps().mayHang(source);
  return await hungTiers(doors, config, isAsked ? [...needed, onlyWatched(source)] : needed);
}

/** Why a job that made no progress was ended: most often a tier that answers no more, which a probe tells. */
async function stallOf(
  doors: AppDoors,
  config: Config,
  { request, stuckPid }: { request: JobRequest; stuckPid: number | undefined },
): Promise<OperatorError> {
  const hung = [...(await hungAmong(doors, config, request)).keys()];
  const still = `${request.rule.name} made no progress for ${formatDuration(config.stallTimeoutMs)}`;
  const cause = hung.length === 0 ? "" : `: ${hung.join(", ")} ${hung.length === 1 ? "does" : "do"} not answer`;
  const end =
    stuckPid === undefined
      ? "it was ended"
      : `it cannot be ended: pid ${stuckPid} ${stateOf(stuckPid)}, and keeps the job's lock`;
  return new OperatorError("JOB_STALLED", `${still}${cause}; ${end}`, {
    hint: "tierkeep health; every source is where it was, and the next run repairs what was begun",
  });
}

function stateOf(pid: number): string {
  return processState(pid) === "stuck" ? "is stuck in the kernel (state D)" : "is still ending";
}

function failedEnd({ code, message, hint, facts }: OperatorError): JobEnd {
  return { ...nothingYet, failure: { code, message, hint: hint ?? null, facts } };
}

/** An error that shows the stacks that children told; `undefined` without any. */
export function bugOf(stacks: readonly string[]): Error | undefined {
  if (stacks.length === 0) return undefined;
  const error = new Error("a job's process met a bug");
  error.stack = stacks.join("\n");
  return error;
}
