import { setTimeout as delay } from "node:timers/promises";
import { readActivity } from "../host/activity.ts";
import { type Child, type ChildEnd, startChild } from "../host/child.ts";
import type { Clock } from "../host/host.ts";
import { watchdog } from "../jobs/watchdog.ts";
import type { ReportedError } from "../reports/plan.ts";
import type { JobReport } from "../reports/run.ts";
import type { FromChild, JobRequest, JudgedJob, PlannedJob, ToChild } from "./job-messages.ts";

/** What came of a job's child: a plan, a report, or why there is neither. */
export interface JobEnd {
  readonly planned: PlannedJob | undefined;
  readonly judged: JudgedJob | undefined;
  readonly report: JobReport | undefined;
  readonly failure: (ReportedError & { readonly facts: Readonly<Record<string, string>> }) | undefined;
  /** The stack of a bug. */
  readonly bug: string | undefined;
  /** It was ended since it made no progress; `stuckPid`: it did not even end. */
  readonly stalled: { readonly stuckPid: number | undefined } | undefined;
}

export interface Supervision {
  readonly entryPoint: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds without progress after which it is ended. */
  readonly stallTimeoutMs: number;
  /** The end that the job has without having begun, or `undefined` when it may begin. */
  readonly mayStart: Promise<JobEnd | undefined>;
  /** Steps, progress and all else that comes before the end. */
  readonly onMessage?: (message: FromChild) => void;
}

export const nothingYet: JobEnd = {
  planned: undefined,
  judged: undefined,
  report: undefined,
  failure: undefined,
  bug: undefined,
  stalled: undefined,
};

const graceMs = 10_000;

/** Runs one job in a child process and waits for its end; the first stop is graceful for 10 s. */
export async function superviseJob(request: JobRequest, supervision: Supervision): Promise<JobEnd> {
  let end = nothingYet;
  const dog = watchdog(supervision.stallTimeoutMs, supervision.clock.elapsed());
  const child = startChild<ToChild, FromChild>(supervision.entryPoint, (message) => {
    end = absorb(end, message);
    dog.heard(supervision.clock.elapsed());
    supervision.onMessage?.(message);
  });
  // The child loads its code meanwhile; it touches nothing before it is asked.
  const refused = await supervision.mayStart.catch((error: unknown) => {
    child.kill();
    throw error;
  });
  if (refused !== undefined) {
    child.kill();
    await child.ended;
    return refused;
  }
  dog.heard(supervision.clock.elapsed());
  child.send({ type: "start", request });
  const killing = new AbortController();
  using _watch = killWhenStalled(child, supervision, { dog, killing });
  using _stop = stopOnSignal(child, supervision.signal, { killing, graceMs: request.mode === "run" ? graceMs : 0 });
  const ended = await endOf(child, killing.signal);
  if (killing.signal.reason === stalledReason) {
    return { ...end, stalled: { stuckPid: ended === undefined ? child.pid : undefined } };
  }
  return completed(end, ended ?? { exitCode: null, signal: "SIGKILL", stderr: "" }, request);
}

const stalledReason = "stalled";
const longestLookMs = 10_000;

interface Killing {
  readonly dog: ReturnType<typeof watchdog>;
  readonly killing: AbortController;
}

function killWhenStalled(child: Child<ToChild>, supervision: Supervision, { dog, killing }: Killing): Disposable {
  const look = () => {
    const activity = child.pid === undefined ? undefined : readActivity(child.pid);
    if (dog.isStalled(activity, supervision.clock.elapsed())) killing.abort(stalledReason);
  };
  const timer = setInterval(look, Math.min(supervision.stallTimeoutMs / 4, longestLookMs));
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

interface Stopping {
  readonly killing: AbortController;
  /** What a stop leaves the child for coming to a good end; a plan has nothing to bring to one. */
  readonly graceMs: number;
}

function stopOnSignal(child: Child<ToChild>, signal: AbortSignal, { killing, graceMs: ms }: Stopping): Disposable {
  let killer: NodeJS.Timeout | undefined;
  const stop = () => {
    child.send({ type: "stop" });
    killer = setTimeout(() => killing.abort("stopped"), ms);
  };
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  return {
    [Symbol.dispose]: () => {
      clearTimeout(killer);
      signal.removeEventListener("abort", stop);
    },
  };
}

/** What a killed process gets for ending; one that waits in the kernel does not end before its disk answers. */
const dyingMs = 5_000;

/** The child's end; killed when the signal says so, and `undefined` when it is then stuck in the kernel. */
async function endOf(child: Child<ToChild>, killing: AbortSignal): Promise<ChildEnd | undefined> {
  const { promise: killed, resolve: markKilled } = Promise.withResolvers<void>();
  killing.addEventListener("abort", () => {
    child.kill();
    markKilled();
  });
  const timer = new AbortController();
  const given = killed.then(() => delay(dyingMs, undefined, { signal: timer.signal })).catch(() => undefined);
  const ended = await Promise.race([child.ended, given]);
  timer.abort();
  if (ended === undefined) child.abandon();
  return ended;
}

function absorb(end: JobEnd, message: FromChild): JobEnd {
  if (message.type === "planned") return { ...end, planned: message.plan };
  if (message.type === "judged") return { ...end, judged: message.judged };
  if (message.type === "report") return { ...end, report: message.report };
  if (message.type === "failure") return { ...end, failure: message.error };
  return message.type === "bug" ? { ...end, bug: message.stack } : end;
}

function completed(end: JobEnd, ended: ChildEnd, request: JobRequest): JobEnd {
  const wanted = { plan: end.planned, run: end.report, judge: end.judged }[request.mode];
  if (wanted !== undefined || end.failure !== undefined || end.bug !== undefined) return end;
  if (ended.exitCode === 1 && ended.stderr !== "") return { ...end, bug: ended.stderr };
  const how = ended.signal === null ? `with exit code ${ended.exitCode}` : `by ${ended.signal}`;
  const message = `the process of ${request.rule.name} ended ${how} without a report${ended.stderr === "" ? "" : `: ${ended.stderr}`}`;
  return { ...end, failure: { code: "JOB_DIED", message, hint: "run it again: it repairs what was left", facts: {} } };
}
