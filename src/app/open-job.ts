import { openCleanJob } from "../clean/job.ts";
import type { JobRule } from "../config/config.ts";
import { openDockerJob } from "../docker/job.ts";
import type { Job, JobContext } from "../jobs/job.ts";
import { openMoveJob } from "../moves/job.ts";

/** The one place that knows which kind of job is done by what. @throws OperatorError */
export async function openJob(rule: JobRule, context: JobContext): Promise<Job> {
  switch (rule.kind) {
    case "move":
      return openMoveJob(rule, context);
    case "clean":
      return openCleanJob(rule, context);
    case "docker":
      return await openDockerJob(rule, context);
  }
}
