import type { Job, JobContext, Plan, PlannedStep, PlanWatch, Recovered } from "../jobs/job.ts";
import { printRule } from "../jobs/print-rule.ts";
import { OperatorError } from "../lib/errors.ts";
import { rawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import type { ThingKind } from "../lib/thing-kinds.ts";
import { tallyKept } from "../policies/kept.ts";
import { applyDocker } from "./apply.ts";
import { listContainers } from "./containers.ts";
import { type Absent, type Engine, EngineFailure, isAbsent, openEngine } from "./engine.ts";
import { listImages } from "./images.ts";
import { unusedImages } from "./judge.ts";
import { type DockerPlan, type DockerStep, planDocker } from "./plan.ts";
import type { DockerRule } from "./rule.ts";

/** What it needs from outside, of all that a job is given. */
export type DockerContext = Pick<JobContext, "catalog" | "clock" | "signal" | "pacer" | "guard">;

interface Opened {
  readonly rule: DockerRule;
  readonly context: DockerContext;
  readonly engine: Engine | Absent;
}

/** The `[docker]` job. A machine without a running Docker is no failure: its plan is empty and says so. @throws OperatorError EXTERNAL */
export async function openDockerJob(rule: DockerRule, context: DockerContext): Promise<Job> {
  const engine = await onEngine(rule, () => openEngine(rule.socket, context.signal));
  const opened: Opened = { rule, context, engine };
  const plans = new WeakMap<Plan, DockerPlan>();
  let removedSeconds = 0;
  return {
    name: rule.name,
    kind: "docker",
    rule: printRule(approvedRule(opened)),
    writesTo: [],
    recover: () => onEngine(rule, () => noteUnused(opened)),
    plan: async (watch) => {
      const { plan, dockerPlan } = await onEngine(rule, () => planOf(opened, watch));
      plans.set(plan, dockerPlan);
      return plan;
    },
    look: () => undefined,
    apply: async function* (plan) {
      const dockerPlan = plans.get(plan);
      if (dockerPlan === undefined) throw new Error("only a plan of this job can be applied");
      if (isAbsent(engine)) return;
      const begun = context.clock.elapsed();
      try {
        yield* applyDocker(dockerPlan.steps, { engine, rule, context });
      } finally {
        removedSeconds = (context.clock.elapsed() - begun) / 1000;
      }
    },
    stageSeconds: () => ({ unlink: removedSeconds }),
    [Symbol.dispose]: holdNothing,
  };
}

/** What fails here fails as a whole; where one thing fails, `applyDocker` tells. */
async function onEngine<T>({ socket }: DockerRule, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof EngineFailure)) throw cause;
    const hint =
      cause.code === "EACCES"
        ? "run as root, or as a member of the group docker"
        : `look at Docker: curl --max-time 10 --unix-socket ${shellQuote(rawPath(socket))} http://localhost/info`;
    throw new OperatorError("EXTERNAL", `Docker at ${socket}: ${cause.message}`, { hint, cause });
  }
}

/** What a person approves; another Engine behind the socket is another rule. */
function approvedRule({ rule, engine, context }: Opened): object {
  const { socket, stoppedContainersOlderThanMs, unusedImagesOlderThanMs, buildCacheOlderThanMs } = rule;
  return {
    action: "delete",
    source: { socket, engine: isAbsent(engine) ? approvedEngine(context) : engine.id },
    stoppedContainersOlderThanMs,
    unusedImagesOlderThanMs,
    buildCacheOlderThanMs,
    keepLabels: rule.keepLabels,
    keepImages: rule.keepImages,
  };
}

/** While Docker is away there is nothing that it could be mistaken for: the rule stays the one that was approved. */
function approvedEngine({ catalog }: DockerContext): string | null {
  const saved = catalog?.decisions.approvalOf("docker");
  if (saved === undefined) return null;
  return (JSON.parse(saved.rule) as { readonly source: { readonly engine: string | null } }).source.engine;
}

/** A run notes which images are unused, approved or not, so that their age counts from then; not by a clock that is doubted. */
async function noteUnused({ engine, rule, context }: Opened): Promise<Recovered> {
  if (!isAbsent(engine) && context.guard === undefined) {
    const [images, containers] = [await listImages(engine), await listContainers(engine)];
    const unused = unusedImages(rule, images, containers).map(({ id }) => id);
    context.catalog?.unusedImages.note(unused, context.clock.now());
  }
  return { finished: 0, dropped: 0, runs: [], strangers: [], problems: [] };
}

async function planOf({ engine, rule, context }: Opened, watch: PlanWatch) {
  const kept = tallyKept(watch.onKept);
  const dockerPlan: DockerPlan = isAbsent(engine)
    ? { steps: [], warnings: [engine.absent] }
    : await planDocker(engine, rule, {
        nowMs: context.clock.now(),
        unusedSince: context.catalog?.unusedImages.since() ?? new Map(),
        onKept: kept.add,
      });
  const { steps, warnings } = dockerPlan;
  const plan: Plan = {
    totals: { files: steps.length, bytes: bytesOf(steps), oldestMs: oldestOf(steps), things: thingsOf(steps) },
    kept: kept.result(),
    errors: [],
    warnings,
    refusal: undefined,
    steps: () => steps.map(plannedStep),
    [Symbol.dispose]: holdNothing,
  };
  return { plan, dockerPlan };
}

function holdNothing(): void {
  // Each question to the Engine has a connection of its own.
}

function bytesOf(steps: readonly DockerStep[]): number {
  return steps.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function oldestOf(steps: readonly DockerStep[]): number | undefined {
  return steps.length === 0 ? undefined : steps.reduce((oldest, { sinceMs }) => Math.min(oldest, sinceMs), Infinity);
}

function thingsOf(steps: readonly DockerStep[]): Partial<Record<ThingKind, number>> {
  return Object.fromEntries([...Map.groupBy(steps, ({ kind }) => kind)].map(([kind, those]) => [kind, those.length]));
}

function plannedStep({ kind, path, sizeBytes, sinceMs }: DockerStep): PlannedStep {
  const reason = kind === "container" ? "older-than" : "unused-for";
  return { action: "delete", path, to: undefined, sizeBytes, modifiedMs: sinceMs, reason };
}
