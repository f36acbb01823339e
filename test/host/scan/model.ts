import { mkdirSync } from "node:fs";
import { noScanIndex, type OpenScanIndex, openScanIndex } from "../../../src/catalog/scan-index.ts";
import { scratch } from "../../support/scratch.ts";
import { seeded } from "../../support/seeded.ts";
import { type Forgotten, forgetting } from "./known-tree.ts";
import { openLivingTree } from "./living-tree.ts";
import { type ScanTimes, scanOnce } from "./scan-once.ts";

export interface ModelRequest {
  /** An empty directory on the file system that is tried. */
  readonly path: string;
  readonly seed: number;
  readonly scans: number;
  readonly operationsEach: number;
  /** The machine's clock as it is, or going on by three seconds from scan to scan, so that directories settle. */
  readonly clock: "real" | "ahead";
  /** False: no file is given a stamp of a time to come. */
  readonly hasFuture?: boolean;
  readonly forgotten?: Forgotten;
  /** What the scans through the index see of it instead. */
  readonly wrap?: (index: OpenScanIndex, root: string) => OpenScanIndex;
  /** What looks at the tree; a scan of a move where it is left out. */
  readonly looks?: Looks;
}

/** Looks at a tree as one kind of job does. */
export interface Looks {
  /** By path from the root, sorted, and how many things stay. */
  readonly look: (root: string, index: OpenScanIndex, times: ScanTimes) => Promise<Seen>;
  /** Does what a look through the index found; `undefined`: what is due is taken away. */
  readonly act?: (root: string, index: OpenScanIndex, times: ScanTimes) => Promise<void>;
}

export interface Seen {
  readonly due: readonly string[];
  readonly stays?: number;
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
  using tree = openLivingTree(root, { chance, now, hasFuture: request.hasFuture ?? true });
  const { forgotten, wrap = (plain) => plain } = request;
  const used = forgotten === undefined ? wrap(index, root) : forgetting(index, forgotten, root);
  const looks: Looks = request.looks ?? { look: scanOnce };
  let operations = 0;
  for (let scan = 0; scan < request.scans; scan++) {
    const done = Array.from({ length: request.operationsEach }, tree.step);
    operations += done.length;
    if (request.clock === "ahead") {
      waitForTick();
      aheadMs += 3_000;
    }
    const nowMs = now();
    const indexed = await looks.look(root, used, { nowMs, now });
    const full = await looks.look(root, noScanIndex, { nowMs, now });
    const difference = differenceOf(indexed, full);
    if (difference !== undefined)
      return { operations, difference: `seed ${request.seed}, scan ${scan}: ${difference}; after ${done}` };
    tree.looked();
    if (scan % 2 === 0) await (looks.act?.(root, used, { nowMs, now }) ?? tree.moveAway(full.due));
    if (request.clock === "ahead") waitForTick();
  }
  return { operations, difference: undefined };
}

function differenceOf(indexed: Seen, full: Seen): string | undefined {
  const missed = full.due.filter((path) => !indexed.due.includes(path));
  const invented = indexed.due.filter((path) => !full.due.includes(path));
  if (missed.length + invented.length > 0) return `missed ${missed}; invented ${invented}`;
  return indexed.stays === full.stays ? undefined : `counted ${indexed.stays} instead of ${full.stays}`;
}

/** Longer than a tick of the kernel's coarse clock, of which no file system is told finer. */
function waitForTick(): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  Atomics.wait(pause, 0, 0, 12);
}
