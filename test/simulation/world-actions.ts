import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { oneFile, tree } from "./backups.ts";
import type { Dice } from "./dice.ts";
import { filesBelow, sha256, stamp, writeAt } from "./files.ts";
import type { JobId, World } from "./world.ts";

const dayMs = 86_400_000;

/** What people and programs do to a server's files. */
export type FileAction = (world: World, dice: Dice) => void;

export const fileActions: readonly (readonly [name: string, action: FileAction])[] = [
  ["write", write],
  ["write", write],
  ["append", append],
  ["rename", rename],
  ["link", link],
  ["remove", remove],
  ["backup", backUp],
  ["rename a set", renameSet],
  ["scratch", scribble],
  ["days", letDaysPass],
];

/** What an operator does to the configuration; none of it is approved by that. */
export const edits: readonly (readonly [name: string, edit: FileAction])[] = [
  ["edit an age", editAge],
  ["edit a compression", ({ jobs }, { pick }) => editKey(jobs.logs, "compress", pick(["zstd", "gzip", "none"]))],
  ["edit a layout", ({ jobs }, { pick }) => editKey(jobs.logs, "layout", pick(["tree", "by-date"]))],
  ["edit a pattern", ({ jobs }, { pick }) => editKey(jobs.logs, "exclude", pick([[], ["*.1"], ["0"], ["a.*", "2"]]))],
  ["edit a quarantine", ({ jobs }, { pick }) => editKey(jobs.scratch, "quarantine", pick(["24h", "3d"]))],
  ["take a job out, or put it back", (world, dice) => void toggle(anyJob(world, dice))],
  ["rename a job", (world, dice) => renameJob(anyJob(world, dice))],
];

/** What is written counts as owed; what it replaces is nobody's promise any more. */
function write(world: World, { roll, pick }: Dice): void {
  world.written += 1;
  const folder = `${world.logs}/${roll(3)}`;
  mkdirSync(folder, { recursive: true });
  const path = `${folder}/${pick(["a", "b.log", "c d", "--x", "é"])}.${roll(4)}`;
  if (existsSync(path)) forget(world, path);
  writeAt(path, `content ${world.written}\n`.repeat(1 + roll(500)), world.nowMs - roll(20) * dayMs);
  owe(world, path);
}

function append(world: World, dice: Dice): void {
  const path = anyFile([world.logs, world.backups], dice);
  if (path === undefined) return;
  forget(world, path);
  leaveSets(world, path);
  appendFileSync(path, `more ${world.nowMs}\n`);
  stamp(path, world.nowMs);
  owe(world, path);
}

function rename(world: World, dice: Dice): void {
  const path = anyFile([world.logs], dice);
  const folder = `${world.logs}/${dice.roll(3)}`;
  const to = `${folder}/renamed.${dice.roll(5)}`;
  if (path === undefined || path === to) return;
  mkdirSync(folder, { recursive: true });
  if (existsSync(to)) forget(world, to);
  renameSync(path, to);
  owe(world, to);
}

function link(world: World, dice: Dice): void {
  const path = anyFile([world.logs], dice);
  if (path !== undefined && !existsSync(`${path}.link`)) linkSync(path, `${path}.link`);
}

function remove(world: World, dice: Dice): void {
  const path = anyFile([world.logs, world.backups], dice);
  if (path === undefined) return;
  forget(world, path);
  leaveSets(world, path);
  rmSync(path);
}

function backUp(world: World, { roll }: Dice): void {
  world.written += 1;
  const path = `${world.backups}/set-${world.written}`;
  const ms = world.nowMs - roll(12) * dayMs;
  const set = roll(3) === 0 ? oneFile(path, ms, roll) : tree(path, ms, roll);
  world.sets.add(set);
  for (const hash of set.files.values()) world.owed.add(hash);
}

/** A set has another name from now on, which may be one that went to the tier before. */
function renameSet(world: World, { pick, roll }: Dice): void {
  const entries = readdirSync(world.backups).sort();
  if (entries.length === 0) return;
  const path = `${world.backups}/${pick(entries)}`;
  const to = `${world.backups}/set-${1 + roll(world.written)}`;
  if (existsSync(to)) return;
  leaveSets(world, path);
  leaveSets(world, to);
  renameSync(path, to);
}

function scribble(world: World, { roll }: Dice): void {
  world.written += 1;
  const folder = `${world.scratch}/${roll(4)}`;
  mkdirSync(folder, { recursive: true });
  const path = `${folder}/${world.written}`;
  const ms = world.nowMs - roll(12) * dayMs;
  writeAt(path, `${path} of ${ms}\n`, ms);
  stamp(path, ms, ms + roll(3) * dayMs);
}

function letDaysPass(world: World, { roll }: Dice): void {
  world.nowMs += (1 + roll(4)) * dayMs;
}

function editAge(world: World, dice: Dice): void {
  const job = anyJob(world, dice);
  job.keys = { ...job.keys, older_than: `${5 + dice.roll(4)}d` };
}

function editKey(job: World["jobs"][JobId], key: string, value: string | readonly string[]): void {
  const { [key]: before, ...others } = job.keys;
  // Half of the time it is taken out, which may be as it was approved.
  job.keys = before === undefined ? { ...others, [key]: value } : others;
}

function anyJob({ jobs }: World, { pick }: Dice): World["jobs"][JobId] {
  return jobs[pick(["logs", "backups", "scratch"] as const)];
}

function toggle(job: World["jobs"][JobId]): void {
  job.isThere = !job.isThere;
}

function renameJob(job: World["jobs"][JobId]): void {
  job.formerly = [...job.formerly, job.name];
  job.name = `${job.name.split("-")[0]}-${job.formerly.length}`;
}

function anyFile(roots: readonly string[], { pick }: Dice): string | undefined {
  const files = roots.flatMap(filesBelow);
  return files.length === 0 ? undefined : pick(files);
}

export function owe({ owed }: World, path: string): void {
  owed.add(sha256(readFileSync(path)));
}

/** Its content is about to go; where another name or the catalog still has it, that is nobody's promise. */
function forget({ owed }: World, path: string): void {
  owed.delete(sha256(readFileSync(path)));
}

/** Somebody changes a set: it is not what came any more. */
function leaveSets({ sets }: World, path: string): void {
  for (const set of sets) if (path === set.path || set.files.has(path)) sets.delete(set);
}
