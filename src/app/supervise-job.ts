import { type ChildEnd, startChild } from "../host/child.ts";
import type { ReportedError } from "../reports/plan.ts";
import type { JobReport } from "../reports/run.ts";
import type { FromChild, JobRequest, PlannedJob, ToChild } from "./job-messages.ts";

/** What came of a job's child: a plan, a report, or why there is neither. */
export interface JobEnd {
  readonly planned: PlannedJob | undefined;
  readonly report: JobReport | undefined;
  readonly failure: (ReportedError & { readonly facts: Readonly<Record<string, string>> }) | undefined;
  /** The stack of a bug. */
  readonly bug: string | undefined;
}

export interface Supervision {
  readonly entryPoint: string;
  readonly signal: AbortSignal;
  /** The end that the job has without having begun, or `undefined` when it may begin. */
  readonly mayStart: Promise<JobEnd | undefined>;
  /** Steps, progress and all else that comes before the end. */
  readonly onMessage?: (message: FromChild) => void;
}

const graceMs = 10_000;

/** Runs one job in a child process and waits for its end; the first stop is graceful for 10 s. */
export async function superviseJob(request: JobRequest, supervision: Supervision): Promise<JobEnd> {
  let end: JobEnd = { planned: undefined, report: undefined, failure: undefined, bug: undefined };
  const child = startChild<ToChild, FromChild>(supervision.entryPoint, (message) => {
    end = absorb(end, message);
    supervision.onMessage?.(message);
  });
  let killer: NodeJS.Timeout | undefined;
  const stop = () => {
    child.send({ type: "stop" });
    // A plan has nothing to bring to an end.
    killer = setTimeout(child.kill, request.mode === "plan" ? 0 : graceMs);
  };
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
  child.send({ type: "start", request });
  supervision.signal.addEventListener("abort", stop, { once: true });
  if (supervision.signal.aborted) stop();
  const ended = await child.ended;
  clearTimeout(killer);
  supervision.signal.removeEventListener("abort", stop);
  return completed(end, ended, request);
}

function absorb(end: JobEnd, message: FromChild): JobEnd {
  if (message.type === "planned") return { ...end, planned: message.plan };
  if (message.type === "report") return { ...end, report: message.report };
  if (message.type === "failure") return { ...end, failure: message.error };
  return message.type === "bug" ? { ...end, bug: message.stack } : end;
}

function completed(end: JobEnd, ended: ChildEnd, request: JobRequest): JobEnd {
  const isWhole = request.mode === "plan" ? end.planned !== undefined : end.report !== undefined;
  if (isWhole || end.failure !== undefined || end.bug !== undefined) return end;
  if (ended.exitCode === 1 && ended.stderr !== "") return { ...end, bug: ended.stderr };
  const how = ended.signal === null ? `with exit code ${ended.exitCode}` : `by ${ended.signal}`;
  const message = `the process of ${request.rule.name} ended ${how} without a report${ended.stderr === "" ? "" : `: ${ended.stderr}`}`;
  return { ...end, failure: { code: "JOB_DIED", message, hint: "run it again: it repairs what was left", facts: {} } };
}
