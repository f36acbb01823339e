import type { ChildEnd } from "../host/child.ts";
import type { Clock } from "../host/host.ts";
import type { ReportedError } from "../reports/plan.ts";
import type { JobReport } from "../reports/run.ts";
import type { FromChild, JobRequest, JudgedJob, PlannedJob } from "./job-messages.ts";
import { superviseChild } from "./supervise-child.ts";

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
  const done = await superviseChild<JobRequest, FromChild, JobEnd>({
    ...supervision,
    request,
    // A plan has nothing to bring to a good end.
    graceMs: request.mode === "run" ? graceMs : 0,
    onMessage: (message) => {
      end = absorb(end, message);
      supervision.onMessage?.(message);
    },
  });
  if (done.how === "refused") return done.refusal;
  return done.how === "stalled"
    ? { ...end, stalled: { stuckPid: done.stuckPid } }
    : completed(end, done.ended, request);
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
