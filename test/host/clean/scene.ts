import { existsSync, lstatSync, mkdirSync, readdirSync } from "node:fs";
import { type Catalog, openCatalog } from "../../../src/catalog/catalog.ts";
import { noScanIndex } from "../../../src/catalog/scan-index.ts";
import { openCleanJob } from "../../../src/clean/job.ts";
import type { CleanRule } from "../../../src/clean/rule.ts";
import { realHost } from "../../../src/host/host.ts";
import type { JobContext, Outcome, Plan } from "../../../src/jobs/job.ts";
import { unpaced } from "../../../src/jobs/pacer.ts";
import type { ReasonCode } from "../../../src/policies/reasons.ts";
import { scratch } from "../../support/scratch.ts";

const dayMs = 86_400_000;

/** Ten days on: what a test has just made is old by all four time stamps. */
export const later = () => Date.now() + 10 * dayMs;

interface Request {
  readonly nowMs?: number;
  readonly rule?: Partial<CleanRule>;
  readonly context?: Partial<JobContext>;
  /** What comes between the plan and the first deed. */
  readonly beforeApply?: (plan: Plan) => void;
  readonly onOutcomes?: (some: readonly Outcome[]) => void;
}

export interface SeenPlan {
  readonly due: readonly string[];
  readonly kept: Readonly<Partial<Record<ReasonCode, readonly string[]>>>;
  readonly refusal: string | undefined;
  readonly warnings: readonly string[];
}

/** One clean job on a real directory with a real catalog, in this process; the clock says that ten days have passed. */
export interface CleanScene extends Disposable {
  /** The scratch directory. */
  readonly path: string;
  readonly catalog: Catalog;
  readonly plan: (request?: Request) => Promise<SeenPlan>;
  /** Path to result. */
  readonly run: (request?: Request) => Promise<Readonly<Record<string, Outcome>>>;
  /** Everything that lies below the scratch directory, sorted. */
  readonly left: () => readonly string[];
}

const sceneRule: CleanRule = {
  kind: "clean",
  name: "tmp",
  formerly: [],
  needs: [],
  path: "",
  olderThanMs: 3 * dayMs,
  ageBy: ["atime", "mtime", "ctime", "btime"],
  include: ["*"],
  exclude: [],
  maxDelete: { files: 100_000, bytes: undefined, share: 0.5 },
  quarantineMs: undefined,
  owned: [],
};

/** In memory where no directory is given. */
export function openCleanScene(path?: string): CleanScene {
  // Leases are probed in this process, so it must not die of what an opener makes the kernel send (HAZARDS M28).
  if (process.listenerCount("SIGIO") === 0) process.on("SIGIO", () => {});
  using opening = new DisposableStack();
  const own = opening.use(scratch("clean", existsSync("/dev/shm") ? "/dev/shm" : undefined));
  const root = path ?? `${own.path}/scratch`;
  if (path === undefined) mkdirSync(root);
  const catalog = opening.use(openCatalog(`${own.path}/state`));
  const rule = { ...sceneRule, path: root };
  const held = opening.move();
  return {
    path: root,
    catalog,
    plan: async (request = {}) => {
      using job = openCleanJob({ ...rule, ...request.rule }, contextOf(catalog, request));
      const kept: Partial<Record<ReasonCode, string[]>> = {};
      using plan = await job.plan({
        onKept: (code, name) => {
          kept[code] = [...(kept[code] ?? []), name].sort();
        },
      });
      const due = [...plan.steps()].map((step) => step.path).sort();
      return { due, kept, refusal: plan.refusal?.guard, warnings: plan.warnings };
    },
    run: async (request = {}) => {
      using job = openCleanJob({ ...rule, ...request.rule }, contextOf(catalog, request));
      await job.recover();
      using plan = await job.plan({});
      if (plan.refusal !== undefined) throw new Error(plan.refusal.guard);
      request.beforeApply?.(plan);
      const outcomes: Outcome[] = [];
      for await (const some of job.apply(plan)) {
        request.onOutcomes?.(some);
        outcomes.push(...some);
      }
      return Object.fromEntries(outcomes.map((outcome) => [outcome.path, outcome]));
    },
    left: () => namesBelow(root).sort(),
    [Symbol.dispose]: () => held.dispose(),
  };
}

let runs = 0;

function contextOf(catalog: Catalog, { nowMs, context }: Request): JobContext {
  const { clock } = realHost();
  runs += 1;
  return {
    run: `20261123T041500Z-${String(runs).padStart(4, "0")}`,
    host: "jts-1",
    tiers: [],
    catalog,
    clock: { ...clock, now: () => nowMs ?? later() },
    signal: new AbortController().signal,
    progress: () => {},
    copierEntry: "",
    readerEntry: new URL("../../../src/entry/reader.ts", import.meta.url).pathname,
    scanIndex: noScanIndex,
    restoreGraceMs: 14 * dayMs,
    logrotateNames: [],
    pacer: unpaced,
    guard: undefined,
    fullScan: false,
    startedBySystemd: false,
    ...context,
  } as JobContext;
}

/** The results of a run alone. */
export function results(outcomes: Readonly<Record<string, Outcome>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(outcomes).map(([path, { result }]) => [path, result]));
}

function namesBelow(root: string, prefix = ""): string[] {
  return readdirSync(`${root}/${prefix}`).flatMap((name) => {
    const path = `${prefix}${name}`;
    const isDirectory = lstatSync(`${root}/${path}`).isDirectory();
    return isDirectory ? [path, ...namesBelow(root, `${path}/`)] : [path];
  });
}
