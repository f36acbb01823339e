import { closeSync, futimesSync, mkdirSync, openSync, rmSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { mebibytes, verdict } from "./comparison-table.ts";
import { tierkeep, tierkeepPlan } from "./contenders.ts";
import { type Measured, measure } from "./measure.ts";
import { openPlace, type Place } from "./places.ts";
import { median, medianRatio } from "./statistics.ts";

/** What a plan takes to look at a tree, against `find`, which has to look at every file each time. */
export interface ScanRow {
  readonly name: string;
  readonly heading: string;
  readonly directories: number;
  /** One of so many files is due; 0: none is. */
  readonly dueOf: number;
  /** The first plan knows nothing; the next one has the index of the one before. */
  readonly plan: "first" | "next";
  /** At most this share of the time that `find` takes. */
  readonly ratio: number;
}

const files = 1_000_000;
const mostMiB = 300;
const find = "find -type f -mmin +10080 -printf '%s\\n'";

export const scanRows: readonly ScanRow[] = [
  {
    name: "scan-first",
    heading: `the first plan of 1,000,000 empty files, 1 % of them due, one in each of 10,000 directories, on tmpfs, against \`${find}\``,
    ...{ directories: 10_000, dueOf: 100, plan: "first", ratio: 1 },
  },
  {
    name: "scan-next-1k",
    heading: `the next plan of 1,000,000 empty files in 1,000 directories, nothing changed and nothing due, on tmpfs, against \`${find}\``,
    ...{ directories: 1_000, dueOf: 0, plan: "next", ratio: 0.05 },
  },
  {
    name: "scan-next-100k",
    heading: `the same in 100,000 directories, against \`${find}\``,
    ...{ directories: 100_000, dueOf: 0, plan: "next", ratio: 0.15 },
  },
];

interface Round {
  readonly plan: Measured;
  readonly empty: Measured;
  readonly find: Measured;
}

/** The tree is made once; in each round the plan, the same command on an empty source, and `find` look at it in turn. */
export async function measureScan(
  row: ScanRow,
  { program, rounds }: { program: string; rounds: number },
): Promise<string> {
  using place = openPlace("tmpfs", 8192, undefined);
  place.fresh();
  const empty: Place = { ...place, hot: `${place.hot}-empty`, state: `${place.state}-empty` };
  mkdirSync(empty.hot);
  tierkeep(program, "none").prepare?.(place);
  tierkeep(program, "none").prepare?.(empty);
  plantTree(place.hot, row);
  // The index believes no directory that changed less than two seconds before it was looked at.
  await pause(2_500);
  if (row.plan === "next") await tierkeepPlan(program, place);
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    if (row.plan === "first") forgetIndex(place);
    forgetIndex(empty);
    measured.push({
      empty: await tierkeepPlan(program, empty),
      plan: await tierkeepPlan(program, place),
      find: await measure("find", place.hot, "-type", "f", "-mmin", "+10080", "-printf", "%s\\n"),
    });
  }
  return tableOf(row, measured);
}

function tableOf({ ratio: target }: ScanRow, measured: readonly Round[]): string {
  const cells = (pick: (round: Round) => Measured) => {
    const middle = (of: (one: Measured) => number) => median(measured.map((round) => of(pick(round))));
    return `${middle((one) => one.seconds).toFixed(2)} s | ${middle((one) => one.cpuSeconds).toFixed(2)} s | ${mebibytes(middle((one) => one.peakRssBytes))}`;
  };
  const share = (of: (one: Measured) => number) =>
    medianRatio(
      measured.map(({ plan, empty }) => of(plan) - of(empty)),
      measured.map((round) => of(round.find)),
    );
  const ratio = share((one) => one.seconds);
  const cpu = share((one) => one.cpuSeconds);
  const peak = median(measured.map(({ plan }) => plan.peakRssBytes));
  return `| | time | CPU | peak RSS |
|---|--:|--:|--:|
| **tierkeep plan** | ${cells((round) => round.plan)} |
| tierkeep plan, of an empty source | ${cells((round) => round.empty)} |
| find | ${cells((round) => round.find)} |

The difference of the first two against find: **${ratio.toFixed(2)}** (${verdict(ratio <= target)} ≤ ${target.toFixed(2)}), CPU ${cpu.toFixed(2)}. Memory: ${verdict(peak <= mostMiB * 2 ** 20)} ≤ ${mostMiB} MiB.
`;
}

function forgetIndex({ state }: Place): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${state}/scan.db${suffix}`, { force: true });
}

const daySeconds = 86_400;

/** Files that are three days old, older than the day from which the index believes their times; due ones are ten. */
function plantTree(root: string, { directories, dueOf }: ScanRow): void {
  const now = Math.floor(Date.now() / 1000);
  const each = files / directories;
  for (let index = 0; index < directories; index++) {
    const path = `${root}/${Math.floor(index / 100)}/${index % 100}`;
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < each; file++) {
      const fd = openSync(`${path}/part-${file}`, "wx");
      const isDue = dueOf > 0 && (index * each + file) % dueOf === 0;
      const modified = now - (isDue ? 10 : 3) * daySeconds;
      futimesSync(fd, modified, modified);
      closeSync(fd);
    }
  }
}
