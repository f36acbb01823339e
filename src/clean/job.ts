import type { Job, JobContext } from "../jobs/job.ts";
import { OperatorError } from "../lib/errors.ts";
import type { CleanRule } from "./rule.ts";

/** A `[[clean]]` job, its directory opened and held. @throws OperatorError SOURCE_MISSING */
export function openCleanJob(rule: CleanRule, _context: JobContext): Job {
  throw new OperatorError("USAGE", `${rule.name}: clean jobs are not built yet`, { hint: "wait for it" });
}
