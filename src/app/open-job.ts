import type { JobRule } from "../config/config.ts";
import type { Job, JobContext } from "../jobs/job.ts";

/**
 * The one place that knows which kind of job is done by what; only that is loaded, as each job has a process of its own.
 * @throws OperatorError
 */
export async function openJob(rule: JobRule, context: JobContext): Promise<Job> {
  switch (rule.kind) {
    case "move": {
      const { openMoveJob } = await import("../moves/job.ts");
      return openMoveJob(rule, context);
    }
    case "clean": {
      const { openCleanJob } = await import("../clean/job.ts");
      return openCleanJob(rule, context);
    }
    case "docker": {
      const { openDockerJob } = await import("../docker/job.ts");
      return await openDockerJob(rule, context);
    }
  }
}
