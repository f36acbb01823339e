import type { Catalog } from "../catalog/catalog.ts";
import type { Job } from "../jobs/job.ts";
import { hasCode } from "../lib/errors.ts";
import { rawPath } from "../lib/raw-path.ts";
import { pathFields } from "../reports/path.ts";
import type { JobError, JobReport, JobStatus } from "../reports/run.ts";
import type { ChildDoors } from "./job-child.ts";
import { type JobTally, tallyJob } from "./job-report.ts";
import { type JudgedPlan, planAndJudge } from "./plan-job.ts";

interface Applying {
  readonly catalog: Catalog;
  readonly doors: ChildDoors;
  /** Monotonic milliseconds at which the job began. */
  readonly begun: number;
}

const keepDoneMs = 30 * 86_400_000;

/** Repairs what dead runs left, plans, asks whether it may, and does it. */
export async function applyJob(job: Job, applying: Applying): Promise<JobReport> {
  const { catalog, doors } = applying;
  const tally = tallyJob(job.name);
  const finish = (status: JobStatus | undefined, stoppedBy: string | null = null): JobReport => {
    const seconds = (doors.clock.elapsed() - applying.begun) / 1000;
    return tally.finish({ status, stoppedBy, seconds, stageSeconds: job.stageSeconds() });
  };
  try {
    tally.recovered(await job.recover());
    const scanBegun = doors.clock.elapsed();
    using judged = planAndJudge(job, catalog, { onProgress: (files) => void doors.send({ type: "scanned", files }) });
    const scanSeconds = (doors.clock.elapsed() - scanBegun) / 1000;
    await doors.send({ type: "planned", plan: judged.planned });
    tally.planned(judged.planned);
    const refused = refuse(job, judged);
    if (refused !== undefined) {
      tally.error(refused);
      return finish("refused");
    }
    for await (const outcomes of job.apply(judged.plan)) {
      tally.outcomes(outcomes);
      await doors.send({
        type: "progress",
        done: { files: outcomes.length, bytes: outcomes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) },
      });
    }
    catalog.journal.forgetDoneBefore(doors.clock.now() - keepDoneMs);
    const report = finish(undefined);
    return { ...report, stageSeconds: { ...report.stageSeconds, scan: scanSeconds } };
  } catch (error) {
    return finish(...stopOf(error, { doors, tally, job }));
  }
}

function refuse(job: Job, { planned, refusal }: JudgedPlan): JobError | undefined {
  if (refusal !== undefined) return { path: "", code: refusal.guard, message: refusal.message, hint: refusal.hint };
  if (planned.approval.state === "approved") return undefined;
  const why = planned.approval.state === "never" ? "was never approved" : "was edited after it was approved";
  return {
    path: "",
    code: "NOT_APPROVED",
    message: `${job.name} ${why}`,
    hint: `tierkeep plan ${job.name}, then tierkeep approve ${job.name}`,
  };
}

interface Stopped {
  readonly doors: ChildDoors;
  readonly tally: JobTally;
  readonly job: Job;
}

/** What ends a job early and is no bug: the tier failed, or somebody said stop. */
function stopOf(error: unknown, { doors, tally, job }: Stopped): [JobStatus, string] {
  if (doors.signal.aborted && error === doors.signal.reason) return ["interrupted", "signal"];
  if (!isExpected(error)) throw error;
  const { code } = error;
  const [tier] = error.name === "TierFailure" ? job.writesTo : [];
  tally.error({ ...pathFields(rawPath(tier?.path ?? "")), code, message: error.message, hint: hintFor(code) });
  return ["partial", code];
}

function isExpected(error: unknown): error is Error & { readonly code: string } {
  if (!(error instanceof Error && "code" in error)) return false;
  return ["TierFailure", "SystemError"].includes(error.name) || hasCode(error, "ERR_SQLITE_ERROR", "TEMP_FILE");
}

function hintFor(code: string): string {
  if (code === "ENOSPC" || code === "EDQUOT")
    return "the tier is full: make room there, then run again; every source is where it was";
  if (code === "TEMP_FILE") return "make room in /var/tmp, or name another directory in TMPDIR; then run again";
  if (code === "ERR_SQLITE_ERROR") return "look at the disk under state_dir, then run again: it repairs what was begun";
  return "tierkeep health; every source is where it was, and the next run repairs what was begun";
}
