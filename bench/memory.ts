import { mebibytes, verdict } from "./comparison-table.ts";
import { tierkeep, tierkeepCat, tierkeepPlan } from "./contenders.ts";
import { type DataSet, fill, manyFiles } from "./data.ts";
import type { Measured } from "./measure.ts";
import { openPlace } from "./places.ts";
import { median } from "./statistics.ts";

/** A row without a rival: what tierkeep alone needs. */
export interface MemoryRow {
  readonly name: string;
  readonly heading: string;
  readonly mostMiB: number;
  readonly data: DataSet;
  /** Untimed, before the measured command. */
  readonly runsBefore: boolean;
  readonly measured: "plan" | "run" | "cat";
}

const million: DataSet = {
  words: "1,000,000 due files",
  files: 1_000_000,
  sizeBytes: 0,
  content: "empty",
  perDirectory: 1000,
  perDay: 10,
};
const big: DataSet = {
  words: "a 2 GiB log",
  files: 1,
  sizeBytes: 2 ** 31,
  content: "lines",
  perDirectory: 1,
  perDay: 1,
};

export const memoryRows: readonly MemoryRow[] = [
  {
    name: "plan-million",
    heading: "`tierkeep plan` with 1,000,000 due files in 1,000 directories on tmpfs",
    mostMiB: 300,
    data: million,
    runsBefore: false,
    measured: "plan",
  },
  {
    name: "run-many",
    heading: "`tierkeep run` of 100,000 × 4 KiB to be compressed (zstd), on tmpfs",
    mostMiB: 300,
    data: manyFiles,
    runsBefore: false,
    measured: "run",
  },
  {
    name: "cat-2g",
    heading: "`tierkeep cat` of a log of 2 GiB that was stored with zstd, on tmpfs",
    mostMiB: 150,
    data: big,
    runsBefore: true,
    measured: "cat",
  },
];

export async function measureMemory(
  row: MemoryRow,
  { program, rounds }: { program: string; rounds: number },
): Promise<string> {
  using place = openPlace("tmpfs", 8192, undefined);
  const mover = tierkeep(program, "zstd");
  const commands = {
    plan: () => tierkeepPlan(program, place),
    run: () => mover.run(place),
    cat: () => tierkeepCat(program, place),
  };
  const measured: Measured[] = [];
  for (let round = 0; round < rounds; round++) {
    // What is planned or read only is still there for the next round.
    if (round === 0 || row.measured === "run") {
      place.fresh();
      fill(place.hot, row.data);
      mover.prepare?.(place);
      if (row.runsBefore) await mover.run(place);
    }
    measured.push(await commands[row.measured]());
  }
  const middle = (pick: (one: Measured) => number) => median(measured.map(pick));
  const largest = middle((one) => one.largestRssBytes);
  const sum = middle((one) => one.peakRssBytes);
  const firstByte = middle((one) => one.firstByteSeconds ?? Number.NaN);
  return `| time | first byte of output | CPU | RSS of the largest process | RSS of all processes together |
|--:|--:|--:|--:|--:|
| ${middle((one) => one.seconds).toFixed(2)} s | ${firstByte.toFixed(2)} s | ${middle((one) => one.cpuSeconds).toFixed(2)} s | ${mebibytes(largest)} | **${mebibytes(sum)}** (${verdict(sum <= row.mostMiB * 2 ** 20)} ≤ ${row.mostMiB} MiB) |
`;
}
