import type { Job, JobContext } from "../jobs/job.ts";
import { OperatorError } from "../lib/errors.ts";
import type { DockerRule } from "./rule.ts";

/** The `[docker]` job, over the Engine's socket. */
export function openDockerJob(rule: DockerRule, _context: JobContext): Promise<Job> {
  throw new OperatorError("USAGE", `${rule.name}: docker jobs are not built yet`, { hint: "wait for it" });
}
