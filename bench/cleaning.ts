import { writeFileSync } from "node:fs";
import type { Series } from "./compare.ts";
import { comparisonTable } from "./comparison-table.ts";
import { countFiles, type DataSet, fill, manyFiles } from "./data.ts";
import { type Measured, measure } from "./measure.ts";
import { openPlace, type Place } from "./places.ts";
import type { Row } from "./rows.ts";
import { shell } from "./shell.ts";

/** What deleting old scratch takes, beside `find`. */
export interface CleaningRow extends Pick<Row, "name" | "cache" | "target"> {
  readonly heading: string;
  readonly data: DataSet;
}

const find = "find -type f -mtime +3 -delete";
const common = { data: manyFiles, target: { rival: find, ratio: 1.5 } } as const;
const words = "100,000 × 4 KiB, all of them old, on ext4 on a loop image (direct I/O) kept on the disk";

export const cleaningRows: readonly CleaningRow[] = [
  { name: "clean-disk", heading: `${words}, warm cache`, cache: "warm", ...common },
  { name: "clean-disk-cold", heading: `${words}, cold cache`, cache: "cold", ...common },
];

/** All of `tierkeep run`, process start included, and `find`, in turn; who begins changes with each round. */
export async function measureCleaning(
  row: CleaningRow,
  { program, rounds, directory }: { program: string; rounds: number; directory: string | undefined },
): Promise<string> {
  using place = openPlace("ext4", 2048, directory);
  const config = `${place.state}.toml`;
  const contenders = [
    { name: "tierkeep", run: () => measure(program, "--config", config, "run", "--json") },
    { name: find, run: () => measure("find", place.hot, "-type", "f", "-mtime", "+3", "-delete") },
  ];
  const series = contenders.map(({ name }): Series => ({ name, rounds: [] }));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (round + turn) % contenders.length;
      prepare(place, row, { program, config });
      const measured = await contenders[index]?.run();
      if (measured !== undefined) series[index]?.rounds.push(checked(place, measured));
    }
  }
  return comparisonTable(row, series);
}

function prepare(place: Place, row: CleaningRow, { program, config }: { program: string; config: string }): void {
  place.fresh();
  fill(place.hot, row.data);
  // The birth and change times of what was just made cannot be set back.
  writeFileSync(
    config,
    `version = 1
host = "bench"
state_dir = "${place.state}"
[[clean]]
name = "bench"
path = "${place.hot}"
older_than = "3d"
age_by = ["mtime"]
max_delete = { files = 100_000, share = "100%" }
`,
  );
  shell(program, "--config", config, "approve", "bench");
  shell("sync", "-f", place.hot);
  if (row.cache === "cold") place.cool();
}

function checked(place: Place, measured: Measured): Measured {
  const { files } = countFiles(place.hot);
  if (files > 0) throw new Error(`${files} files are left`);
  return measured;
}
