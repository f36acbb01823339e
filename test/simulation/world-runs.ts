import { deepEqual, equal, match } from "node:assert/strict";
import { existsSync, lstatSync, mkdirSync, readFileSync } from "node:fs";
import { restoreAll } from "../../src/app/restore.ts";
import { type Catalog, openCatalog } from "../../src/catalog/catalog.ts";
import { quarantinedId } from "../../src/catalog/quarantine.ts";
import type { Dice } from "./dice.ts";
import { lookBelow, sha256 } from "./files.ts";
import { doKilledNight } from "./killed-night.ts";
import { doNight } from "./night.ts";
import { doorsAt } from "./questions.ts";
import { agedMs, type JobModel, quarantineMs, readWorldConfig, type World, worldSpec } from "./world.ts";
import { owe } from "./world-actions.ts";

/** What is done with tierkeep, each with its own look at what came of it. */
export type RunAction = (world: World, dice: Dice) => Promise<void>;

export const runActions: readonly (readonly [name: string, action: RunAction])[] = [
  ["run", run],
  ["run", run],
  ["run", run],
  ["approve and run", approveAndRun],
  ["kill", kill],
  ["restore", (world, dice) => bringBack(world, dice, undefined)],
  ["restore elsewhere", (world, dice) => bringBack(world, dice, `${world.root}/out/${world.runs}-${world.written}`)],
];

const restoreGraceMs = 14 * 86_400_000;

/** Every job that is there says `ok`, or that nobody approved it as it stands; then nothing of its source changed. */
async function run(world: World): Promise<void> {
  const before = lookAt(world);
  const told = await doNight(worldSpec(world, false));
  const after = lookAt(world);
  for (const id of ["logs", "backups", "scratch"] as const) {
    const job = world.jobs[id];
    equal(told[job.name], wordOf(job), `what ${job.name} says`);
    if (told[job.name] !== "ok") deepEqual(after[id], before[id], `${job.name} refused, and touched something`);
  }
  checkScratch(world, before.scratch, after.scratch);
  if (told[world.jobs.scratch.name] === "ok") checkAside(world);
}

function wordOf({ isThere, approved, keys }: JobModel): string | undefined {
  if (!isThere) return undefined;
  return approved === textOfKeys(keys) ? "ok" : "NOT_APPROVED";
}

const defaults = { compress: "none", layout: "tree", exclude: [] };

/** An edit that is taken back is none, and neither is one that says what stood there unsaid. */
function textOfKeys(keys: object): string {
  return JSON.stringify(Object.entries({ ...defaults, ...keys }).sort(([one], [other]) => (one < other ? -1 : 1)));
}

async function approveAndRun(world: World): Promise<void> {
  const before = lookAt(world);
  const told = await doNight(worldSpec(world, true));
  for (const word of Object.values(told)) match(word, /^ok$/);
  for (const job of Object.values(world.jobs)) if (job.isThere) job.approved = textOfKeys(job.keys);
  checkScratch(world, before.scratch, lookAt(world).scratch);
  if (world.jobs.scratch.isThere) checkAside(world);
}

async function kill(world: World, { roll }: Dice): Promise<void> {
  const before = lookAt(world);
  await doKilledNight({ ...worldSpec(world, false), killedAt: 1 + roll(12) });
  checkScratch(world, before.scratch, lookAt(world).scratch);
}

type Looked = Readonly<Record<"logs" | "backups" | "scratch", ReturnType<typeof lookBelow>>>;

function lookAt({ logs, backups, scratch }: World): Looked {
  return { logs: lookBelow(logs), backups: lookBelow(backups), scratch: lookBelow(scratch) };
}

/** What went was due by its times of modification and of access, and nobody had brought it back lately. */
function checkScratch(world: World, before: Looked["scratch"], after: Looked["scratch"]): void {
  const { jobs, restored, aside, nowMs } = world;
  const gone = [...before].filter(([path]) => !after.has(path) && !path.includes("/.tierkeep-quarantine/"));
  for (const [path] of gone) aside.set(path, nowMs);
  const early = gone.filter(([path, { modifiedNs, accessedMs }]) => {
    const isDue = nowMs - Math.max(Number(modifiedNs) / 1e6, accessedMs) >= agedMs(jobs.scratch);
    return !isDue || nowMs - (restored.get(path) ?? Number.NEGATIVE_INFINITY) < restoreGraceMs;
  });
  deepEqual(
    early.map(([path]) => path),
    [],
    "scratch that was not due",
  );
}

/** After a clean that ended: what lies aside does so for as long as the rule says, under a name that restore knows. */
function checkAside({ root, jobs, aside, nowMs }: World): void {
  for (const [path, sinceMs] of aside) if (nowMs - sinceMs >= quarantineMs(jobs.scratch)) aside.delete(path);
  using catalog = openCatalog(`${root}/state`);
  const lying = [...catalog.quarantine.all()].filter(({ root, run, job, seq }) =>
    existsSync(`${root}/.tierkeep-quarantine/${run}/${job}.${seq}`),
  );
  const known = new Set(lying.map(({ root, path }) => `${root}/${path}`));
  deepEqual(
    [...aside.keys()].filter((path) => !known.has(path)),
    [],
    "gone from the quarantine too early",
  );
}

/** Every file that comes back is as it was; a name that is taken is left as it is. */
async function bringBack(world: World, dice: Dice, to: string | undefined): Promise<void> {
  const pattern = patternOf(world, dice);
  if (pattern === undefined) return;
  if (to !== undefined) mkdirSync(to, { recursive: true });
  const request = { patterns: [pattern], to, keepBoth: false, atMs: undefined, workingDirectory: "/" };
  const { files } = await restoreAll(doorsAt(world.nowMs), readWorldConfig(world), {
    ...request,
    onRestored: () => {},
  });
  for (const { path, restoredTo, sha256: hash, error } of files) {
    if (error !== null || restoredTo === null || !existsSync(restoredTo)) continue;
    if (hash !== null) equal(sha256(readFileSync(restoredTo)), hash, `${restoredTo} came back as it was`);
    if (path.startsWith(world.scratch)) checkBroughtBack(world, { path, restoredTo });
    else if (hash !== null && to === undefined) owe(world, restoredTo);
  }
}

/** Each scratch file says its own name; a directory was empty when it went. */
function checkBroughtBack(world: World, { path, restoredTo }: { readonly path: string; readonly restoredTo: string }) {
  world.aside.delete(path);
  if (!lstatSync(restoredTo).isDirectory())
    match(readFileSync(restoredTo, "utf8"), new RegExp(`^${path} of `), `${restoredTo} came back as it was`);
  if (restoredTo === path) world.restored.set(path, world.nowMs);
}

/** A version, a whole set, or what lies aside. */
function patternOf(world: World, { pick, roll }: Dice): string | undefined {
  using catalog = openCatalog(`${world.root}/state`);
  const choices = [versions, () => sets(world), quarantined]
    .map((choose) => choose(catalog))
    .filter(({ length }) => length > 0);
  return choices.length === 0 ? undefined : pick(choices[roll(choices.length)] ?? []);
}

function versions({ placements }: Catalog): readonly string[] {
  return [...placements.all()].map(({ id }) => id).sort();
}

function sets({ sets: all }: World): readonly string[] {
  return [...all].map(({ path }) => path).filter((path) => !existsSync(path));
}

function quarantined({ quarantine }: Catalog): readonly string[] {
  return [...quarantine.all()].map(quarantinedId).sort();
}
