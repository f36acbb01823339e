import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { type Contender, rsync, tierkeep } from "./contenders.ts";
import { type DataSet, fill } from "./data.ts";
import { openPlace, type Place } from "./places.ts";
import { shell } from "./shell.ts";
import { median } from "./statistics.ts";

/** What a run does to somebody else: a steady writer on the same disk. */
export interface PolitenessRow {
  readonly name: string;
  readonly heading: string;
  /** At most this many times the writer's own 99th percentile. */
  readonly mostRatio: number;
  readonly data: DataSet;
}

export const politenessRows: readonly PolitenessRow[] = [
  {
    name: "politeness",
    heading:
      "a writer that appends 4 KiB and calls `fsync`, a hundred times a second, on the file system of the sources, which shares its disk with the tier, beside a move of 600 × 4 MiB (ext4 → ext4) that lie on the disk already",
    mostRatio: 1.25,
    data: {
      words: "600 × 4 MiB",
      files: 600,
      sizeBytes: 2 ** 22,
      content: "noise",
      perDirectory: 100,
      perDay: 10,
    },
  },
];

interface Latencies {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly seconds: number;
}

const aloneSeconds = 10;

/** Alone, beside rsync and beside tierkeep, in turn in each round, so that a noisy machine is noisy to all. */
export async function measurePoliteness(
  row: PolitenessRow,
  { program, rounds, directory }: { program: string; rounds: number; directory: string | undefined },
): Promise<string> {
  using place = openPlace("ext4", 4096, directory);
  const rivals: readonly (Contender | undefined)[] = [undefined, rsync("--fsync"), rsync(), tierkeep(program, "none")];
  const measured = new Map<Contender | undefined, Latencies[]>(rivals.map((rival) => [rival, []]));
  for (let round = 0; round < rounds; round++) {
    for (const rival of rivals) measured.get(rival)?.push(await besides(place, row, rival));
  }
  const alone = measured.get(undefined)?.map((one) => one.p99Ms) ?? [];
  const lines = rivals.map((rival) => {
    const all = measured.get(rival) ?? [];
    const middle = (pick: (one: Latencies) => number) => median(all.map(pick));
    const ratio = median(all.map((one, index) => one.p99Ms / (alone[index] ?? Number.NaN)));
    const judged =
      rival?.name === "tierkeep" ? ` (${ratio <= row.mostRatio ? "met" : "missed"}: ≤ ${row.mostRatio})` : "";
    return `| ${rival?.name ?? "alone"} | ${middle((one) => one.p50Ms).toFixed(1)} ms | ${middle((one) => one.p99Ms).toFixed(1)} ms | ${ratio.toFixed(2)}${judged} | ${middle((one) => one.seconds).toFixed(1)} s |`;
  });
  return `| the writer beside | median | 99th percentile | of that alone | for |\n|---|--:|--:|--:|--:|\n${lines.join("\n")}\n`;
}

async function besides(place: Place, row: PolitenessRow, rival: Contender | undefined): Promise<Latencies> {
  place.fresh();
  if (rival !== undefined) fill(place.hot, row.data);
  rival?.prepare?.(place);
  shell("sync");
  const writer = startWriter(join(place.hot, "../writer"));
  const begun = performance.now();
  if (rival === undefined) await new Promise((resolve) => setTimeout(resolve, aloneSeconds * 1000));
  else await rival.run(place);
  const seconds = (performance.now() - begun) / 1000;
  const latencies = (await writer.stop()).sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.min(Math.floor(latencies.length * share), latencies.length - 1)] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99), seconds };
}

/** In a thread of its own, so that what this one does is not in its latencies. */
const writing = `
const { parentPort, workerData } = require("node:worker_threads");
const fs = require("node:fs");
const fd = fs.openSync(workerData, "a");
const block = Buffer.alloc(4096, "w");
const latencies = [];
let isOver = false;
parentPort.once("message", () => { isOver = true; });
function step() {
  if (isOver) { fs.closeSync(fd); parentPort.postMessage(latencies); return; }
  const begun = performance.now();
  fs.writeSync(fd, block);
  fs.fsyncSync(fd);
  latencies.push(performance.now() - begun);
  setTimeout(step, 10);
}
step();`;

function startWriter(file: string): { readonly stop: () => Promise<number[]> } {
  const worker = new Worker(writing, { eval: true, workerData: file });
  return {
    stop: () => {
      const { promise, resolve, reject } = Promise.withResolvers<number[]>();
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.postMessage("over");
      return promise;
    },
  };
}
