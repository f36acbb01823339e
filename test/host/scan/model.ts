import { mkdirSync } from "node:fs";
import { noScanIndex, openScanIndex } from "../../../src/catalog/scan-index.ts";
import { scratch } from "../../support/scratch.ts";
import { seeded } from "../../support/seeded.ts";
import { type Forgotten, forgetting } from "./known-tree.ts";
import { openLivingTree } from "./living-tree.ts";
import { scanOnce } from "./scan-once.ts";

export interface ModelRequest {
  /** An empty directory on the file system that is tried. */
  readonly path: string;
  readonly seed: number;
  readonly scans: number;
  readonly operationsEach: number;
  /** The machine's clock as it is, or going on by three seconds from scan to scan, so that directories settle. */
  readonly clock: "real" | "ahead";
  readonly forgotten?: Forgotten;
}

export interface ModelResult {
  readonly operations: number;
  /** Files that one scan found due and the other did not, with what had happened since the scan before. */
  readonly difference: string | undefined;
}

/** Lets things happen to a tree and scans it in between, through the index and in full, until the two differ. */
export async function runModel(request: ModelRequest): Promise<ModelResult> {
  using state = scratch("scan-index");
  using index = openScanIndex(state.path);
  const chance = seeded(request.seed);
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const root = `${request.path}/tree`;
  mkdirSync(root);
  using tree = openLivingTree(root, chance, now);
  const used = request.forgotten === undefined ? index : forgetting(index, request.forgotten, root);
  let operations = 0;
  for (let scan = 0; scan < request.scans; scan++) {
    const done = Array.from({ length: request.operationsEach }, tree.step);
    operations += done.length;
    if (request.clock === "ahead") {
      waitForTick();
      aheadMs += 3_000;
    }
    const nowMs = now();
    const { due: indexed } = await scanOnce(root, used, { nowMs, now });
    const { due: full } = await scanOnce(root, noScanIndex, { nowMs, now });
    const missed = full.filter((path) => !indexed.includes(path));
    const invented = indexed.filter((path) => !full.includes(path));
    if (missed.length + invented.length > 0) {
      const difference = `seed ${request.seed}, scan ${scan}: missed ${missed}; invented ${invented}; after ${done}`;
      return { operations, difference };
    }
    tree.looked();
    if (scan % 2 === 0) tree.moveAway(full);
    if (request.clock === "ahead") waitForTick();
  }
  return { operations, difference: undefined };
}

/** Longer than a tick of the kernel's coarse clock, of which no file system is told finer. */
function waitForTick(): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  Atomics.wait(pause, 0, 0, 12);
}
