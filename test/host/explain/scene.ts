import { closeSync, linkSync, mkdirSync, openSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { explaining } from "../../../src/app/explain-child.ts";
import type { ExplainedPath } from "../../../src/app/job-messages.ts";
import { openJob } from "../../../src/app/open-job.ts";
import { openCatalog } from "../../../src/catalog/catalog.ts";
import { noScanIndex } from "../../../src/catalog/scan-index.ts";
import type { CleanRule } from "../../../src/clean/rule.ts";
import { realHost } from "../../../src/host/host.ts";
import type { JobContext } from "../../../src/jobs/job.ts";
import { unpaced } from "../../../src/jobs/pacer.ts";
import { type RawPath, rawPath } from "../../../src/lib/raw-path.ts";
import type { MoveRule } from "../../../src/moves/rule.ts";
import { adoptedTier } from "../../support/adopted-tier.ts";
import { scratch } from "../../support/scratch.ts";

export const dayMs = 86_400_000;

/** A job on real files in this process, with a clock that the test sets. */
export interface ExplainScene extends Disposable {
  readonly source: string;
  /** What the plan of a moment says of everything: a reason or `due`, by path. */
  readonly planAt: (nowMs: number) => Promise<ReadonlyMap<RawPath, string>>;
  readonly explainAt: (path: RawPath, nowMs: number) => Promise<ExplainedPath>;
}

export interface SceneFile {
  readonly path: string;
  readonly modifiedMs: number;
  readonly accessedMs: number;
  readonly kind: "file" | "link" | "hard-link";
  /** Open for writing as long as the scene lasts. */
  readonly isOpen: boolean;
}

export type SceneKind = "move" | "move unused" | "clean";

export function openExplainScene(kind: SceneKind, files: readonly SceneFile[]): ExplainScene {
  // Leases are probed in this process, so it must not die of what a writer makes the kernel send (HAZARDS M28).
  if (process.listenerCount("SIGIO") === 0) process.on("SIGIO", () => {});
  using opening = new DisposableStack();
  const { path } = opening.use(scratch("explain", "/dev/shm"));
  const source = `${path}/source`;
  for (const name of ["source", "warm"]) mkdirSync(`${path}/${name}`);
  for (const file of files) for (const fd of makeFile(source, file)) opening.defer(() => closeSync(fd));
  const { config, pin } = adoptedTier("warm", `${path}/warm`, { directory: true });
  const catalog = opening.use(openCatalog(`${path}/state`));
  catalog.decisions.savePin(pin);
  const rule =
    kind === "clean" ? cleanRule(source) : moveRule(source, kind === "move" ? ["mtime"] : ["atime", "mtime"]);
  const open = (nowMs: number) => openJob(rule, { ...contextAt(nowMs), catalog, tiers: [config] });
  const held = opening.move();
  return {
    source,
    planAt: async (nowMs) => {
      using job = await open(nowMs);
      const told = new Map<RawPath, string>();
      using plan = await job.plan({ onKept: (reason, at) => told.set(at, reason) });
      for (const step of plan.steps()) told.set(step.path, "due");
      return told;
    },
    explainAt: async (at, nowMs) => {
      using job = await open(nowMs);
      const explained = explaining({ job, rule, path: at, nowMs });
      using plan = await job.plan({ onKept: explained.kept });
      return explained.of(plan);
    },
    [Symbol.dispose]: () => held.dispose(),
  };
}

/** The descriptors that are to stay open. */
function makeFile(source: string, { path, modifiedMs, accessedMs, kind, isOpen }: SceneFile): readonly number[] {
  const at = `${source}/${path}`;
  mkdirSync(dirname(at), { recursive: true });
  if (kind === "link") {
    symlinkSync("elsewhere", at);
    return [];
  }
  writeFileSync(at, path);
  utimesSync(at, accessedMs / 1000, modifiedMs / 1000);
  if (kind === "hard-link") linkSync(at, `${source}/../${path.replaceAll("/", "_")}`);
  return isOpen ? [openSync(at, "r+")] : [];
}

function contextAt(nowMs: number): Omit<JobContext, "catalog" | "tiers"> {
  return {
    run: "20261123T041500Z-0001",
    host: "jts-1",
    scanIndex: noScanIndex,
    clock: { ...realHost().clock, now: () => nowMs },
    signal: new AbortController().signal,
    progress: () => {},
    copierEntry: "",
    readerEntry: new URL("../../../src/entry/reader.ts", import.meta.url).pathname,
    restoreGraceMs: 14 * dayMs,
    logrotateNames: [],
    pacer: unpaced,
    guard: undefined,
    fullScan: false,
    startedBySystemd: false,
  };
}

const named = { formerly: [], include: ["*"], exclude: ["*.keep", "kept/"] };

function moveRule(source: string, ageBy: MoveRule["ageBy"]): MoveRule {
  return {
    ...{ kind: "move", name: "logs", needs: ["warm"], source, sourceTier: undefined, sourcePath: source, to: "warm" },
    ...{ olderThanMs: 7 * dayMs, settledForMs: dayMs, settledForGiven: true },
    ...{ compress: "zstd", layout: "by-date", activeLogs: false, ageBy, unit: "file" },
    ...{ whenAbove: undefined, untilBelow: undefined, maxMove: undefined },
    ...named,
  };
}

function cleanRule(path: string): CleanRule {
  return {
    ...{ kind: "clean", name: "tmp", needs: [], path, olderThanMs: 3 * dayMs, quarantineMs: undefined, owned: [] },
    ageBy: ["atime", "mtime", "ctime", "btime"],
    maxDelete: { files: 100_000, bytes: undefined, share: 1 },
    ...named,
  };
}

/** Everything that a plan speaks of by itself. */
export function pathsOf(files: readonly SceneFile[]): readonly RawPath[] {
  return files.map(({ path }) => rawPath(path));
}
