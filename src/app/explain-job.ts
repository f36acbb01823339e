import type { Config, JobRule } from "../config/config.ts";
import { containerNames } from "../docker/container-names.ts";
import { defaultSocket } from "../docker/rule.ts";
import type { JobTree } from "../explain/concerned.ts";
import type { Refusal } from "../jobs/job.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { ExplainedJob, ExplainedVerdict, FileUserFields, FoundThing } from "../reports/explain.ts";
import type { AppDoors } from "./app.ts";
import { planJob } from "./plan.ts";

/** The tree of a job, with its rule. */
export interface RuleTree extends JobTree {
  readonly rule: JobRule;
  /** As configured. */
  readonly source: string;
}

export interface JobAnswer {
  readonly tree: RuleTree;
  readonly job: ExplainedJob;
  /** What lies at the path, by the job's own eyes. */
  readonly found: FoundThing | null;
}

export interface JobQuestion {
  readonly tree: RuleTree;
  /** From the job's source. */
  readonly path: RawPath;
  readonly guard: Refusal | undefined;
  readonly onScanned: (job: string, files: number) => void;
}

/** What one job's plan says of a path: the very plan that `plan` prints. @throws OperatorError INTERRUPTED */
export async function explainByJob(
  doors: AppDoors,
  config: Config,
  { tree, path, guard, onScanned }: JobQuestion,
): Promise<JobAnswer> {
  const { rule, source } = tree;
  const options = { stepsAtMost: 0, explain: path, guard, onScanned };
  const { plan, explained } = await planJob(doors, config, { rule, options });
  const { name, kind, approval, refusal, error, notes } = plan;
  const warnings = [...notes, ...plan.warnings];
  const verdict = explained?.verdict ?? null;
  const job = {
    ...{ name, kind, source, approval: approval.state, refusal, error, warnings },
    verdict: verdict === null ? null : await withContainerNames(doors, config, verdict),
    due: explained?.due ?? { count: 0, bytes: 0 },
    kept: explained?.kept ?? {},
  };
  return { tree, job, found: explained?.found ?? null };
}

async function withContainerNames(
  { signal }: AppDoors,
  config: Config,
  verdict: ExplainedVerdict,
): Promise<ExplainedVerdict> {
  if (verdict.users.every(({ container }) => container === null)) return verdict;
  const rule = config.jobs.find(({ kind }) => kind === "docker");
  const names = await containerNames(rule?.kind === "docker" ? rule.socket : defaultSocket, signal);
  const named = ({ container, ...user }: FileUserFields): FileUserFields => ({
    ...user,
    container: container === null ? null : (names.get(container) ?? container.slice(0, shortIdLength)),
  });
  return { ...verdict, users: verdict.users.map(named) };
}

/** As `docker ps` shows it. */
const shortIdLength = 12;
