import { openCatalog } from "../../../src/catalog/catalog.ts";
import { type DockerContext, openDockerJob } from "../../../src/docker/job.ts";
import type { DockerRule } from "../../../src/docker/rule.ts";
import { realHost } from "../../../src/host/host.ts";
import { unpaced } from "../../../src/jobs/pacer.ts";
import { scratch } from "../../support/scratch.ts";

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** The docker job with a catalog of its own and a clock that the test sets. */
export interface DockerScene extends Disposable {
  readonly plan: (nowMs: number) => Promise<Planned>;
  /** A whole run; `between` happens after its plan. Results by path. */
  readonly run: (nowMs: number, between?: () => Promise<unknown>) => Promise<Readonly<Record<string, string>>>;
  /** A run that may not act: what it does before that. */
  readonly refused: (nowMs: number, guard?: DockerContext["guard"]) => Promise<void>;
}

export interface Planned {
  readonly due: readonly string[];
  /** Reasons by path. */
  readonly kept: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
  readonly rule: string;
}

const ages: Pick<DockerRule, "stoppedContainersOlderThanMs" | "unusedImagesOlderThanMs" | "buildCacheOlderThanMs"> = {
  stoppedContainersOlderThanMs: 3 * dayMs,
  unusedImagesOlderThanMs: 7 * dayMs,
  buildCacheOlderThanMs: undefined,
};

export function openDockerScene(socket: string, changes: Partial<DockerRule> = {}): DockerScene {
  using opening = new DisposableStack();
  const { path } = opening.use(scratch("docker-scene"));
  const catalog = opening.use(openCatalog(`${path}/state`));
  const rule: DockerRule = {
    ...{ kind: "docker", name: "docker", formerly: [], needs: [] },
    ...{ keepLabels: ["tierkeep.keep"], keepImages: [], socket },
    ...ages,
    ...changes,
  };
  const open = (nowMs: number, guard?: DockerContext["guard"]) =>
    openDockerJob(rule, contextOf({ catalog, nowMs, guard }));
  const held = opening.move();
  return {
    plan: async (nowMs) => {
      using job = await open(nowMs);
      const kept: Record<string, string> = {};
      using plan = await job.plan({ onKept: (code, name) => (kept[name] = code) });
      return { due: [...plan.steps()].map((step) => step.path), kept, warnings: plan.warnings, rule: job.rule };
    },
    run: async (nowMs, between) => {
      using job = await open(nowMs);
      await job.recover();
      using plan = await job.plan({});
      await between?.();
      const results: Record<string, string> = {};
      for await (const outcomes of job.apply(plan)) for (const each of outcomes) results[each.path] = each.result;
      return results;
    },
    refused: async (nowMs, guard) => {
      using job = await open(nowMs, guard);
      await job.recover();
    },
    [Symbol.dispose]: () => held.dispose(),
  };
}

function contextOf({ nowMs, ...given }: Pick<DockerContext, "catalog" | "guard"> & { nowMs: number }): DockerContext {
  const clock = { ...realHost().clock, now: () => nowMs };
  return { ...given, clock, signal: new AbortController().signal, pacer: unpaced };
}
