import { appendFileSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import type { Stage } from "./stage.ts";

/** What the second act adds to the machine: backup sets, scratch, and something precious beside it. */
export interface NightScene {
  readonly set: string;
  readonly youngSet: string;
  readonly scratch: string;
  readonly scratchFiles: number;
  readonly precious: string;
  readonly config: readonly string[];
}

const dayMs = 86_400_000;
const setFiles = 60;
const scratchFiles = 250;

/** Makes it, and adds its jobs to the configuration. */
export function prepareNight(stage: Stage): NightScene {
  const scene = {
    set: `${stage.warm}/backups/2026-10-01-full`,
    youngSet: `${stage.warm}/backups/2026-11-20-full`,
    scratch: `${stage.hot}/scratch`,
    scratchFiles,
    precious: `${stage.hot}/precious`,
    config: nightConfig(stage),
  };
  makeSet(scene.set, 45);
  makeSet(scene.youngSet, 2);
  makeScratch(scene);
  appendConfig(stage, scene.config);
  return scene;
}

function nightConfig(stage: Stage): readonly string[] {
  return [
    "[[move]]",
    'name = "backups"',
    'source = "warm:backups"',
    'to = "cold"',
    'older_than = "30d"',
    'unit = "entry"',
    'settled_for = "0s"',
    "[[clean]]",
    'name = "scratch"',
    `path = "${stage.hot}/scratch"`,
    'older_than = "3d"',
    'age_by = ["mtime"]',
  ];
}

/** A backup as `pg_basebackup` and its like leave it: directories, files, a link, an empty directory. */
function makeSet(path: string, ageDays: number): void {
  for (const directory of ["base/1", "base/16384", "empty"]) mkdirSync(`${path}/${directory}`, { recursive: true });
  for (let index = 0; index < setFiles; index += 1) {
    const file = `${path}/base/${index % 2 === 0 ? "1" : "16384"}/${1_000 + index}`;
    writeFileSync(file, `page ${index}\n`.repeat(800));
    age(file, ageDays);
  }
  symlinkSync("base/1", `${path}/latest`);
}

function makeScratch({ scratch, precious }: Pick<NightScene, "scratch" | "precious">): void {
  for (const directory of [`${scratch}/job-17/tmp`, precious]) mkdirSync(directory, { recursive: true });
  writeFileSync(`${precious}/accounts.db`, "nobody may delete this\n");
  age(`${precious}/accounts.db`, 400);
  for (let index = 0; index < scratchFiles; index += 1) {
    const file = `${scratch}/job-17/tmp/part-${index}`;
    writeFileSync(file, `intermediate result ${index}\n`.repeat(100));
    age(file, 5);
  }
  writeFileSync(`${scratch}/in-progress`, "written just now\n");
  symlinkSync("../precious", `${scratch}/job-17/innocent`);
}

function age(path: string, days: number): void {
  const seconds = (Date.now() - days * dayMs) / 1000;
  utimesSync(path, seconds, seconds);
}

/** Adds lines to the configuration; what it returns takes them out again. */
export function appendConfig({ root }: Stage, lines: readonly string[]): () => void {
  const file = `${root}/tierkeep.toml`;
  const before = readFileSync(file, "utf8");
  appendFileSync(file, `${lines.join("\n")}\n`);
  return () => writeFileSync(file, before);
}

/** One edit of the configuration, as an operator makes it. */
export function editConfig({ root }: Stage, before: string, after: string): void {
  const file = `${root}/tierkeep.toml`;
  const text = readFileSync(file, "utf8");
  if (!text.includes(before)) throw new Error(`${file} has no ${before}`);
  writeFileSync(file, text.replace(before, after));
}
