import { deepEqual, equal } from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { test } from "node:test";
import { restoreAll } from "../../src/app/restore.ts";
import { openCatalog } from "../../src/catalog/catalog.ts";
import type { Config } from "../../src/config/config.ts";
import { realConfigDeps } from "../../src/config/deps.ts";
import { loadConfig } from "../../src/config/load.ts";
import { adoptedTier } from "../support/adopted-tier.ts";
import { scratch } from "../support/scratch.ts";
import { runsAll } from "../support/seeded.ts";
import { openDice } from "./dice.ts";
import { filesBelow, sha256 } from "./files.ts";
import { doKilledNight } from "./killed-night.ts";
import { doNight, type NightSpec } from "./night.ts";
import { doorsAt } from "./questions.ts";
import { storedContent } from "./stored-content.ts";

// Random actions against a model of what must exist: writes, renames, links, removals, runs, kills, restores, edits of
// the configuration. The model knows the content that nobody removed; every restore is compared (kopia's idea).
const dice = openDice();
const worlds = runsAll ? 40 : 4;
const actionsInAWorld = 120;
const dayMs = 86_400_000;
const { roll } = dice;

test("random actions: what nobody removed is there, and comes back as it was", { timeout: 3_600_000 }, async (t) => {
  t.diagnostic(`seed ${dice.seed}: TIERKEEP_SEED=${dice.seed} repeats it`);
  const counts = new Map<string, number>();
  for (let world = 0; world < worlds; world += 1) await liveThrough(counts);
  t.diagnostic(JSON.stringify(Object.fromEntries(counts)));
});

async function liveThrough(counts: Map<string, number>): Promise<void> {
  using dir = scratch("actions", existsSync("/dev/shm") ? "/dev/shm" : undefined);
  const world = openWorld(dir.path);
  const done: string[] = [];
  for (let index = 0; index < actionsInAWorld; index += 1) {
    const [name, action] = dice.pick(actions);
    done.push(name);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    await action(world);
    checkWorld(world, done);
  }
}

interface World {
  readonly root: string;
  readonly source: string;
  readonly config: () => Config;
  /** Content that must be somewhere, by hash. */
  readonly owed: Set<string>;
  nowMs: number;
  runs: number;
  olderThanDays: number;
  isApproved: boolean;
}

function openWorld(root: string): World {
  for (const name of ["source", "warm", "state", "out"]) mkdirSync(`${root}/${name}`);
  const { pin } = adoptedTier("warm", `${root}/warm`, { directory: true });
  using catalog = openCatalog(`${root}/state`);
  catalog.decisions.savePin(pin);
  const world: World = {
    ...{ root, source: `${root}/source`, owed: new Set(), nowMs: Date.now() + 30 * dayMs, runs: 0 },
    ...{ olderThanDays: 7, isApproved: false, config: () => readConfig(world) },
  };
  return world;
}

function readConfig({ root, source, olderThanDays }: World): Config {
  const file = `${root}/tierkeep.toml`;
  const lines = [
    ...["version = 1", 'host = "sim"', `state_dir = "${root}/state"`, "[tiers.warm]", `path = "${root}/warm"`],
    ...["directory = true", "[[move]]", 'name = "logs"', `source = "${source}"`, 'to = "warm"'],
    ...[`older_than = "${olderThanDays}d"`, 'compress = "zstd"', "active_logs = true"],
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  const { config, problems } = loadConfig(file, realConfigDeps());
  if (config === undefined) throw new Error(problems.map(({ message }) => message).join("; "));
  return config;
}

type Action = (world: World) => void | Promise<void>;

const actions: readonly (readonly [name: string, action: Action])[] = [
  ["write", write],
  ["write", write],
  ["append", append],
  ["rename", rename],
  ["link", link],
  ["remove", remove],
  ["age", grow],
  ["run", run],
  ["run", run],
  ["kill", kill],
  ["restore", restore],
  ["restore elsewhere", restoreElsewhere],
  ["edit", edit],
];

let serial = 0;

function write(world: World): void {
  serial += 1;
  const folder = `${world.source}/${roll(3)}`;
  mkdirSync(folder, { recursive: true });
  const path = `${folder}/${dice.pick(["a", "b.log", "c d", "--x", "é"])}.${roll(4)}`;
  if (existsSync(path)) forget(world, path);
  const content = `content ${serial}\n`.repeat(1 + roll(500));
  writeFileSync(path, content);
  stamp(path, world.nowMs - roll(20) * dayMs);
  owe(world, path);
}

function append(world: World): void {
  const path = anyFile(world);
  if (path === undefined) return;
  forget(world, path);
  appendFileSync(path, `more ${world.nowMs}\n`);
  stamp(path, world.nowMs);
  owe(world, path);
}

function rename(world: World): void {
  const path = anyFile(world);
  const to = `${world.source}/${roll(3)}/renamed.${roll(5)}`;
  if (path === undefined) return;
  mkdirSync(to.slice(0, to.lastIndexOf("/")), { recursive: true });
  if (existsSync(to) && to !== path) forget(world, to);
  renameSync(path, to);
  owe(world, to);
}

function link(world: World): void {
  const path = anyFile(world);
  if (path !== undefined && !existsSync(`${path}.link`)) linkSync(path, `${path}.link`);
}

function remove(world: World): void {
  const path = anyFile(world);
  if (path === undefined) return;
  forget(world, path);
  rmSync(path);
}

function grow(world: World): void {
  world.nowMs += (1 + roll(4)) * dayMs;
}

async function run(world: World): Promise<void> {
  const result = await doNight(specOf(world));
  if (world.isApproved) equal(result.logs, "ok");
  else equal(result.logs, "NOT_APPROVED");
}

async function kill(world: World): Promise<void> {
  await doKilledNight({ ...specOf(world), killedAt: 1 + roll(4) });
}

/** Half of the edits are approved at once, the others wait. */
async function edit(world: World): Promise<void> {
  const before = world.olderThanDays;
  world.olderThanDays = 5 + roll(5);
  if (world.olderThanDays !== before) world.isApproved = false;
  if (roll(2) === 0) return;
  world.isApproved = true;
  await doNight({ ...specOf(world), approves: true });
}

function specOf(world: World): NightSpec {
  world.runs += 1;
  const config = world.config();
  return {
    ...{ run: `20260101T000000Z-${world.runs.toString(16).padStart(4, "0")}`, nowMs: world.nowMs, bootId: "boot" },
    ...{ bootMs: world.nowMs, stateDir: config.stateDir, tiers: config.tiers, rules: config.jobs },
    limits: config.limits,
    ...{ approves: false, killedAt: undefined },
  };
}

async function restore(world: World): Promise<void> {
  for (const { path, status } of await bringBack(world, undefined)) {
    if (status !== "restored") continue;
    owe(world, path);
  }
}

async function restoreElsewhere(world: World): Promise<void> {
  await bringBack(world, `${world.root}/out/${world.runs}-${serial}`);
}

async function bringBack(world: World, to: string | undefined) {
  using catalog = openCatalog(`${world.root}/state`);
  const placements = [...catalog.placements.all()];
  if (placements.length === 0) return [];
  const { id, sha256: hash } = dice.pick(placements);
  if (to !== undefined) mkdirSync(to, { recursive: true });
  const request = { patterns: [id], to, keepBoth: false, atMs: undefined, workingDirectory: "/", onRestored: () => {} };
  const { files } = await restoreAll(doorsAt(world.nowMs), world.config(), request);
  return files.map((file) => {
    const path = file.restoredTo ?? "";
    if (file.error === null) equal(sha256(readFileSync(path)), hash, `${path} came back as it was`);
    return { path, status: file.error === null ? "restored" : "not" };
  });
}

function anyFile({ source }: World): string | undefined {
  const files = filesBelow(source);
  return files.length === 0 ? undefined : dice.pick([...files].sort());
}

function owe({ owed }: World, path: string): void {
  owed.add(sha256(readFileSync(path)));
}

/** Its content is about to go; where another name or the catalog still has it, that is nobody's promise. */
function forget({ owed }: World, path: string): void {
  owed.delete(sha256(readFileSync(path)));
}

function stamp(path: string, ms: number): void {
  utimesSync(path, ms / 1000, ms / 1000);
}

function checkWorld({ root, source, owed, config }: World, done: readonly string[]): void {
  const there = new Set([...filesBelow(source).map((path) => sha256(readFileSync(path)))]);
  const stored = new Set(storedContent(`${root}/state`, config().tiers).map(({ sha256 }) => sha256));
  const lost = [...owed].filter((hash) => !there.has(hash) && !stored.has(hash));
  deepEqual(lost, [], `lost after ${done.slice(-8).join(", ")}`);
}
