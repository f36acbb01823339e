import { openCatalog } from "../../../src/catalog/catalog.ts";
import type { OpenScanIndex } from "../../../src/catalog/scan-index.ts";
import { openCleanJob } from "../../../src/clean/job.ts";
import type { CleanRule } from "../../../src/clean/rule.ts";
import type { JobContext } from "../../../src/jobs/job.ts";
import { unpaced } from "../../../src/jobs/pacer.ts";
import { scratch } from "../../support/scratch.ts";
import type { Looks } from "./model.ts";
import { dueAge, type ScanTimes } from "./scan-once.ts";

/** Looks with the eyes of `clean`, and cleans. */
export function openCleanLooks(some: Partial<CleanRule> = {}): Looks & Disposable {
  using opening = new DisposableStack();
  if (process.listenerCount("SIGIO") === 0) process.on("SIGIO", () => {});
  const catalog = opening.use(openCatalog(opening.use(scratch("clean-model")).path));
  const maxDelete = { files: 1e9, bytes: undefined, share: 1 };
  const base = {
    kind: "clean",
    name: "model",
    formerly: [],
    needs: [],
    include: ["*"],
    exclude: [],
    maxDelete,
  } as const;
  const open = (path: string, scanIndex: OpenScanIndex, { nowMs }: ScanTimes) => {
    const rule = { ...base, path, olderThanMs: dueAge, ageBy: ["mtime"], quarantineMs: undefined, owned: [], ...some };
    const context = { run: "20261123T041500Z-0001", host: "jts-1", tiers: [], catalog, scanIndex, readerEntry };
    const clock = { now: () => nowMs, elapsed: () => 0 };
    const rest = { signal: new AbortController().signal, pacer: unpaced, restoreGraceMs: 0, fullScan: false };
    return openCleanJob(rule as CleanRule, { ...context, clock, ...rest } as unknown as JobContext);
  };
  const held = opening.move();
  return {
    look: async (root, index, times) => {
      using job = open(root, index, times);
      using plan = await job.plan({});
      if (plan.refusal !== undefined) throw new Error(plan.refusal.message);
      const stays = Object.values(plan.kept).reduce((sum, { count }) => sum + count, 0);
      return { due: [...plan.steps()].map(({ path }) => path).sort(), stays };
    },
    act: async (root, index, times) => {
      using job = open(root, index, times);
      using plan = await job.plan({});
      for await (const outcomes of job.apply(plan)) {
        const odd = outcomes.find(({ result }) => result !== "cleaned");
        if (odd !== undefined) throw new Error(`${odd.path}: ${odd.result}`);
      }
    },
    [Symbol.dispose]: () => held.dispose(),
  };
}

const readerEntry = new URL("../../../src/entry/reader.ts", import.meta.url).pathname;
