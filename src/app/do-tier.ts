import type { Config } from "../config/config.ts";
import { messageWithFacts, OperatorError } from "../lib/errors.ts";
import { formatDuration } from "../lib/units.ts";
import type { ReportedError } from "../reports/plan.ts";
import type { AppDoors } from "./app.ts";
import { hungTiers, notAnswering, onlyWatched } from "./shelf.ts";
import { superviseChild } from "./supervise-child.ts";
import type { FromTierChild, TierPlace, TierTask } from "./tier-messages.ts";

/** What the supervision of a tier's child takes from the configuration. */
export type TierTerms = Pick<Config, "host" | "runtimeDir" | "stallTimeoutMs">;

/**
 * Has one thing done with one tier in a process of its own, if the tier answers at all; what it says goes to
 * `onMessage`. Returns why it was not done to its end. @throws the signal's reason; a bug of the child
 */
export async function doTier(
  doors: AppDoors,
  terms: TierTerms,
  { task, onMessage }: { readonly task: TierTask; readonly onMessage: (message: FromTierChild) => void },
): Promise<ReportedError | undefined> {
  let failure: ReportedError | undefined;
  let bug: string | undefined;
  const done = await superviseChild<TierTask, FromTierChild, OperatorError>({
    entryPoint: doors.entryPoint("tier"),
    request: task,
    clock: doors.host.clock,
    signal: doors.signal,
    stallTimeoutMs: terms.stallTimeoutMs,
    graceMs,
    mayStart: refuseHung(doors, terms, task.place),
    onMessage: (message) => {
      if (message.type === "failure") failure = told(message.error);
      if (message.type === "bug") bug = message.stack;
      onMessage(message);
    },
  });
  doors.signal.throwIfAborted();
  if (bug !== undefined) throw bugWith(bug);
  if (done.how === "refused") return told(done.refusal);
  if (done.how === "stalled") return told(stalled(task.place, terms, done.stuckPid));
  if (failure !== undefined || done.ended.exitCode === 0) return failure;
  throw bugWith(`the process for ${nameOf(task.place)} ended without a word\n${done.ended.stderr}`);
}

/** It writes to the catalog what it has found. */
const graceMs = 10_000;

async function refuseHung(doors: AppDoors, terms: TierTerms, place: TierPlace): Promise<OperatorError | undefined> {
  const watched = place.how === "configured" ? place.tier : onlyWatched(place.path);
  const [hung] = await hungTiers(doors, terms, [watched]);
  return hung === undefined ? undefined : notAnswering(...hung);
}

function stalled(place: TierPlace, { stallTimeoutMs }: TierTerms, stuckPid: number | undefined): OperatorError {
  const end = stuckPid === undefined ? "it was ended" : `pid ${stuckPid} is stuck in the kernel`;
  const message = `reading ${nameOf(place)} made no progress for ${formatDuration(stallTimeoutMs)}; ${end}`;
  return new OperatorError("JOB_STALLED", message, { hint: "tierkeep health" });
}

function nameOf(place: TierPlace): string {
  return place.how === "configured" ? place.tier.name : place.path;
}

interface Failure extends Pick<OperatorError, "message" | "facts"> {
  readonly code: string;
  readonly hint?: string | null | undefined;
}

function told(failure: Failure): ReportedError {
  return { code: failure.code, message: messageWithFacts(failure), hint: failure.hint ?? null };
}

function bugWith(stack: string): Error {
  const error = new Error("a tier's process met a bug");
  error.stack = stack;
  return error;
}
