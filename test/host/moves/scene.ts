import { existsSync, mkdirSync } from "node:fs";
import { restoreAll } from "../../../src/app/restore.ts";
import { type Catalog, openCatalog } from "../../../src/catalog/catalog.ts";
import type { Placement } from "../../../src/catalog/placements.ts";
import { noScanIndex } from "../../../src/catalog/scan-index.ts";
import type { Config } from "../../../src/config/config.ts";
import { realHost } from "../../../src/host/host.ts";
import type { JobContext, Outcome, Plan, Progress, Recovered, Refusal } from "../../../src/jobs/job.ts";
import { type Pacer, unpaced } from "../../../src/jobs/pacer.ts";
import { openMoveJob } from "../../../src/moves/job.ts";
import type { MoveRule } from "../../../src/moves/rule.ts";
import type { ReasonCode } from "../../../src/policies/reasons.ts";
import type { RestoredFile } from "../../../src/reports/restore.ts";
import { matchPlacements } from "../../../src/restore/select.ts";
import type { TierConfig } from "../../../src/tiers/tier.ts";
import { adoptedTier } from "../../support/adopted-tier.ts";
import { configRest } from "../../support/config-rest.ts";
import { scratch } from "../../support/scratch.ts";
import { type Hooks, hookCatalog } from "./hooks.ts";
import { sceneRule } from "./scene-rule.ts";

const dayMs = 86_400_000;

export interface SceneRequest {
  readonly source: string;
  /** A directory or mount that becomes the tier `warm`. */
  readonly tier: string;
  readonly tierKeys?: Partial<TierConfig>;
  readonly rule?: Partial<MoveRule>;
  readonly logrotateNames?: readonly string[];
  /** For what shall not share a disk with the tier; by default below the temporary directory. */
  readonly stateBelow?: string;
}

export interface RunRequest extends Hooks {
  readonly progress?: (done: Progress) => void;
  readonly signal?: AbortSignal;
  readonly pacer?: Pacer;
  readonly nowMs?: number;
  readonly rule?: Partial<MoveRule>;
  /** What comes between the plan and the first deed. */
  readonly beforeApply?: (plan: Plan) => void;
  /** Of hooked-copier.ts; see there. */
  readonly hook?: object;
}

export interface RunResult {
  readonly recovered: Recovered;
  readonly outcomes: readonly Outcome[];
  /** Path to result. */
  readonly results: Readonly<Record<string, Outcome["result"]>>;
  readonly concern: Refusal | undefined;
}

/** What this one plan has instead of the scene's own. */
export interface PlanRequest {
  readonly nowMs?: number;
  readonly rule?: Partial<MoveRule>;
  readonly logrotateNames?: readonly string[];
}

export interface SeenPlan {
  /** Sorted. */
  readonly due: readonly string[];
  readonly kept: Readonly<Partial<Record<ReasonCode, readonly string[]>>>;
  readonly refusal: string | undefined;
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

/** One move job on real file systems with a real catalog, in this process: what a job's child does, without the child. */
export interface Scene extends Disposable {
  readonly source: string;
  readonly tier: string;
  readonly catalog: Catalog;
  readonly stateDir: string;
  readonly rule: MoveRule;
  readonly plan: (request?: PlanRequest) => Promise<SeenPlan>;
  readonly run: (request?: RunRequest) => Promise<RunResult>;
  readonly placements: (pattern?: string) => readonly Placement[];
  readonly restore: (pattern: string, to?: string) => Promise<readonly RestoredFile[]>;
}

export function openScene(request: SceneRequest): Scene {
  // Leases are probed in this process, so it must not die of what a writer makes the kernel send (HAZARDS M28).
  if (process.listenerCount("SIGIO") === 0) process.on("SIGIO", () => {});
  using opening = new DisposableStack();
  const state = opening.use(scratch("scene", request.stateBelow));
  const { config, pin } = adoptedTier("warm", request.tier, { directory: true, ...request.tierKeys });
  const stateDir = `${state.path}/state`;
  const catalog = opening.use(openCatalog(stateDir));
  catalog.decisions.savePin(pin);
  const rule: MoveRule = { ...sceneRule, source: request.source, sourcePath: request.source, ...request.rule };
  const tiers = [config];
  const context = (more: RunRequest): JobContext => contextOf({ ...request, tiers, catalog, more });
  const held = opening.move();
  return {
    source: request.source,
    tier: request.tier,
    catalog,
    stateDir,
    rule,
    plan: async ({ rule: instead, ...more } = {}) => {
      using job = openMoveJob({ ...rule, ...instead }, { ...context(more), ...more });
      return await seePlan(job.plan.bind(job));
    },
    run: ({ rule: instead, ...more } = {}) => runJob({ ...rule, ...instead }, context(more), more),
    placements: (pattern = "/") => [
      ...matchPlacements(catalog.placements, pattern, { workingDirectory: "/", reach: { resolve: (path) => path } }),
    ],
    restore: async (pattern, to) => {
      const app = {
        file: "",
        host: "jts-1",
        stateDir,
        runtimeDir: `${stateDir}/run`,
        restoreGraceMs: 0,
        ...configRest,
        tiers,
        jobs: [rule],
      };
      return (await restoreAll(restoreDoors, app as Config, restoreRequest(pattern, to))).files;
    },
    [Symbol.dispose]: () => held.dispose(),
  };
}

/** Source and tier in memory, for what needs no disk of its own: `hot` and `warm` below one directory. */
export function openMemoryScene(
  request: Omit<Partial<SceneRequest>, "source" | "tier"> = {},
): Scene & { path: string } {
  using opening = new DisposableStack();
  const directory = opening.use(scratch("moves", existsSync("/dev/shm") ? "/dev/shm" : undefined));
  const { path } = directory;
  for (const name of ["hot", "warm"]) mkdirSync(`${path}/${name}`);
  const scene = opening.use(openScene({ ...request, source: `${path}/hot`, tier: `${path}/warm` }));
  const held = opening.move();
  return { ...scene, path, [Symbol.dispose]: () => held.dispose() };
}

let runs = 0;

function contextOf(
  scene: SceneRequest & { tiers: readonly TierConfig[]; catalog: Catalog; more: RunRequest },
): JobContext {
  const { more, catalog } = scene;
  const clock = realHost().clock;
  runs += 1;
  return {
    run: `20261123T0415${String(runs % 60).padStart(2, "0")}Z-${String(runs).padStart(4, "0")}`,
    host: "jts-1",
    tiers: scene.tiers,
    catalog: hookCatalog(catalog, more),
    clock: { ...clock, now: () => more.nowMs ?? clock.now() },
    signal: more.signal ?? new AbortController().signal,
    progress: more.progress ?? (() => {}),
    copierEntry: new URL(more.hook === undefined ? "../../../src/entry/copier.ts" : "hooked-copier.ts", import.meta.url)
      .pathname,
    readerEntry: new URL("../../../src/entry/reader.ts", import.meta.url).pathname,
    // Its clock may be set, and then says nothing about when a directory was looked at.
    scanIndex: noScanIndex,
    restoreGraceMs: 14 * dayMs,
    logrotateNames: scene.logrotateNames ?? [],
    startedBySystemd: false,
    pacer: more.pacer ?? unpaced,
    guard: undefined,
    fullScan: false,
  };
}

async function seePlan(
  planJob: (watch: { onKept: (code: ReasonCode, path: string) => void }) => Promise<Plan>,
): Promise<SeenPlan> {
  const kept: Partial<Record<ReasonCode, string[]>> = {};
  using plan = await planJob({
    onKept: (code, path) => {
      kept[code] = [...(kept[code] ?? []), path];
    },
  });
  for (const paths of Object.values(kept)) paths.sort();
  const due = [...plan.steps()].map((step) => step.path).sort();
  return { due, kept, refusal: plan.refusal?.guard, warnings: plan.warnings, notes: plan.notes ?? [] };
}

async function runJob(rule: MoveRule, context: JobContext, request: RunRequest): Promise<RunResult> {
  if (request.hook !== undefined) process.env.TIERKEEP_TEST_HOOK = JSON.stringify(request.hook);
  try {
    using job = openMoveJob(rule, context);
    const recovered = await job.recover();
    using plan = await job.plan({});
    request.beforeApply?.(plan);
    const outcomes: Outcome[] = [];
    for await (const some of job.apply(plan)) outcomes.push(...some);
    const results = Object.fromEntries(outcomes.map(({ path, result }) => [path, result]));
    return { recovered, outcomes, results, concern: job.concern?.() };
  } finally {
    delete process.env.TIERKEEP_TEST_HOOK;
  }
}

const restoreDoors = {
  pid: process.pid,
  host: realHost(),
  entryPoint: (name: string) => new URL(`../../../src/entry/${name}.ts`, import.meta.url).pathname,
  toolVersion: "0.0.0",
  userRuntimeDir: undefined,
  startedBySystemd: false,
  signal: new AbortController().signal,
};

function restoreRequest(pattern: string, to: string | undefined) {
  if (to !== undefined) mkdirSync(to, { recursive: true });
  const onRestored = () => {};
  return { patterns: [pattern], to, keepBoth: false, atMs: undefined, workingDirectory: "/", onRestored };
}
