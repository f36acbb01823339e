import type { Catalog } from "../catalog/catalog.ts";
import type { Job } from "../jobs/job.ts";
import type { Pacer } from "../jobs/pacer.ts";
import type { Reserve } from "../jobs/reserve.ts";
import { hasCode, isFull, messageOf } from "../lib/errors.ts";
import { rawPath } from "../lib/raw-path.ts";
import { pathFields } from "../reports/path.ts";
import type { JobError, JobReport, JobStatus } from "../reports/run.ts";
import { sourceChange } from "./approval.ts";
import type { ChildDoors } from "./job-child.ts";
import { type JobTally, openFilesHint, tallyJob } from "./job-report.ts";
import { approvalOf, type Judging } from "./judge-job.ts";
import { type JudgedPlan, planAndJudge } from "./plan-job.ts";

interface Applying {
  readonly catalog: Catalog;
  readonly judging: Judging;
  readonly doors: ChildDoors;
  readonly pacer: Pacer;
  readonly reserve: Reserve;
  /** Monotonic milliseconds at which the job began. */
  readonly begun: number;
}

/** How a job ended; without a status: judged by what happened. */
interface Ending {
  readonly status?: JobStatus;
  readonly stoppedBy?: string;
}

/** Repairs what dead runs left, plans, asks whether it may, and does it. */
export async function applyJob(job: Job, applying: Applying): Promise<JobReport> {
  const { doors, pacer } = applying;
  const tally = tallyJob(job);
  const times = { scan: 0 };
  const { status, stoppedBy = null } = await applyWithReserve(job, { ...applying, tally, times });
  const stageSeconds = { ...job.stageSeconds(), scan: times.scan };
  const seconds = (doors.clock.elapsed() - applying.begun) / 1000;
  const concern = job.concern?.();
  return tally.finish({ status, stoppedBy, seconds, stageSeconds, pausedMs: pacer.pausedMs(), concern });
}

interface Attempt extends Applying {
  readonly tally: JobTally;
  /** Seconds, added up over attempts. */
  readonly times: { scan: number };
}

/** Where the state directory's disk is full, once more with the room of the reserve and little at a time. */
async function applyWithReserve(job: Job, attempt: Attempt): Promise<Ending> {
  try {
    return await applyOnce(job, attempt);
  } catch (error) {
    const cause = causeOf(error);
    if (!isFull(cause) || attempt.reserve.isTight()) return endingOf(job, cause, attempt);
    attempt.tally.warning(
      `state_dir, where the catalog lies, could not be written (${messageOf(cause)}): its reserve was let go, and the job went on; make room there`,
    );
  }
  attempt.reserve.release();
  try {
    return await applyOnce(job, attempt);
  } catch (error) {
    return endingOf(job, causeOf(error), attempt);
  }
}

const keepDoneMs = 30 * 86_400_000;

async function applyOnce(job: Job, { catalog, judging, doors, pacer, tally, times }: Attempt): Promise<Ending> {
  // On another file system what a dead run left would look as if it were gone.
  if (isSourceAsApproved(job, judging)) tally.recovered(await job.recover());
  const scanBegun = doors.clock.elapsed();
  using judged = await planAndJudge(job, judging, {
    onProgress: (files) => void doors.send({ type: "scanned", files }),
  });
  times.scan += (doors.clock.elapsed() - scanBegun) / 1000;
  await doors.send({ type: "planned", plan: judged.planned });
  tally.planned(judged.planned);
  const refused = refuse(job, judged);
  if (refused !== undefined) {
    tally.error(refused);
    return { status: "refused" };
  }
  for (const guard of judged.lifted) catalog.guards.useLift(job.name, guard);
  for await (const outcomes of job.apply(judged.plan)) {
    tally.outcomes(outcomes);
    const files = outcomes.reduce((sum, outcome) => sum + (outcome.files ?? 1), 0);
    const bytes = outcomes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    await doors.send({ type: "progress", done: { files, bytes } });
  }
  catalog.journal.forgetDoneBefore(doors.clock.now() - keepDoneMs);
  const reason = tally.remainingFiles() === 0 ? undefined : pacer.stopReason();
  return reason === undefined ? {} : { stoppedBy: reason };
}

function isSourceAsApproved(job: Job, judging: Judging): boolean {
  return sourceChange(job.rule, approvalOf(job.name, judging)) === undefined;
}

function refuse(job: Job, { planned, refusal }: JudgedPlan): JobError | undefined {
  if (refusal !== undefined) return { path: "", code: refusal.guard, message: refusal.message, hint: refusal.hint };
  if (planned.approval.state === "approved" || planned.approval.state === "not-needed") return undefined;
  const why = planned.approval.state === "never" ? "was never approved" : "was edited after it was approved";
  return {
    path: "",
    code: "NOT_APPROVED",
    message: `${job.name} ${why}`,
    hint: `tierkeep plan ${job.name}, then tierkeep approve ${job.name}`,
  };
}

/** What went wrong first: closing what was open then may fail for the same reason. */
function causeOf(error: unknown): unknown {
  return error instanceof SuppressedError ? causeOf(error.suppressed) : error;
}

/** What ends a job early and is no bug: the tier failed, or somebody said stop. */
function endingOf(job: Job, error: unknown, { doors, tally }: Attempt): Ending {
  if (doors.signal.aborted && error === doors.signal.reason) return { status: "interrupted", stoppedBy: "signal" };
  if (!isExpected(error)) throw error;
  const { code } = error;
  const [tier] = error.name === "TierFailure" ? job.writesTo : [];
  tally.error({ ...pathFields(rawPath(tier?.path ?? "")), code, message: error.message, hint: hintFor(error) });
  return { status: "partial", stoppedBy: code };
}

function isExpected(error: unknown): error is Error & { readonly code: string } {
  if (!(error instanceof Error && "code" in error)) return false;
  return ["TierFailure", "SystemError"].includes(error.name) || hasCode(error, "ERR_SQLITE_ERROR", "TEMP_FILE");
}

function hintFor({ name, code }: Error & { readonly code: string }): string {
  if (code === "ENOSPC" || code === "EDQUOT") {
    const full =
      name === "TierFailure" ? "the tier is full" : "the disk under the job's source, or under state_dir, is full";
    return `${full}: make room there, then run again; every source is where it was`;
  }
  if (code === "EMFILE") return openFilesHint;
  if (code === "TEMP_FILE") return "make room in /var/tmp, or name another directory in TMPDIR; then run again";
  if (code === "ERR_SQLITE_ERROR") return "look at the disk under state_dir, then run again: it repairs what was begun";
  return "tierkeep health; every source is where it was, and the next run repairs what was begun";
}
