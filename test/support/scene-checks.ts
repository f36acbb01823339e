import { deepEqual, equal, ok } from "node:assert/strict";
import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { PlanReport } from "../../src/reports/plan.ts";
import type { RunReport } from "../../src/reports/run.ts";
import { type Scene, sceneHost } from "./scene.ts";
import { type FoundFile, filesBelow, fingerprint } from "./scene-facts.ts";
import { directoryTime, type SceneFile } from "./scene-files.ts";
import { scratch } from "./scratch.ts";
import type { Finished } from "./strace.ts";

export interface Whereabouts {
  readonly file: SceneFile;
  readonly atSource: FoundFile | undefined;
  /** Good copies under final names. */
  readonly stored: readonly FoundFile[];
}

/**
 * What must hold at every instant (HAZARDS M1, M8): of each file one full copy is reachable, as source or under its
 * final name; no source is torn, and nothing half lies under a final name. Returns where everything is.
 */
export function checkNothingLost(scene: Scene): readonly Whereabouts[] {
  const known = new Set(scene.files.map(({ sha256 }) => sha256));
  const sources = new Map(filesBelow(scene.source, false).map((found) => [found.name, found]));
  const stored = filesBelow(`${scene.warm}/${sceneHost}`, true);
  for (const { name, sha256 } of stored) ok(known.has(sha256), `half a file or another's lies at ${name}`);
  return scene.files.map((file) => {
    const atSource = sources.get(file.name);
    if (atSource !== undefined) equal(atSource.sha256, file.sha256, `the source ${file.name} was changed`);
    const copies = stored.filter((found) => isCopyOf(found, file));
    ok(atSource !== undefined || copies.length > 0, `no full copy of ${file.name} can be reached`);
    return { file, atSource, stored: copies };
  });
}

function isCopyOf({ name, sha256 }: FoundFile, file: SceneFile): boolean {
  return sha256 === file.sha256 && name.replace(/\.zst$/, "").endsWith(`/${file.name}`);
}

/** Every due file once and on the tier, every other one at its source. */
export function checkAllMoved(scene: Scene): void {
  const names = new Set(scene.files.map(({ name }) => name));
  deepEqual(
    filesBelow(scene.source, false).flatMap(({ name }) => (names.has(name) ? [] : [name])),
    [],
    "left at the source",
  );
  for (const { file, atSource, stored } of checkNothingLost(scene)) {
    equal(atSource === undefined, file.moves, `${file.name} at its source`);
    equal(stored.length, file.moves ? 1 : 0, `copies of ${file.name} on the tier`);
  }
}

/** What of a set is no file: on the tier, and not at the source. */
export function checkSetsWhole(scene: Scene): void {
  const stored = `${scene.warm}/${sceneHost}/logs`;
  deepEqual(readdirSync(stored).toSorted(), ["set", "tiny"]);
  equal(readlinkSync(`${stored}/set/link`), "noise.1");
  for (const directory of ["set/empty", "set/odd"]) deepEqual(lstatSync(`${stored}/${directory}`).mtime, directoryTime);
  deepEqual(readdirSync(scene.source), ["young"]);
}

/** Nothing begun is left over, and there is nothing more to do. */
export async function checkSettled(scene: Scene): Promise<void> {
  deepEqual(stagingOf(scene), [], "left in staging");
  using db = new DatabaseSync(`${scene.stateDir}/catalog.db`, { readOnly: true });
  deepEqual(db.prepare("SELECT run, state FROM batches WHERE state <> 'done'").all(), [], "unfinished batches");
  deepEqual(db.prepare("SELECT entry, state FROM sets").all(), [], "unfinished sets");
  deepEqual(db.prepare("SELECT run FROM staging").all(), [], "journalled staging folders");
  const [planned, health] = await Promise.all([scene.tierkeep("plan", "--json"), scene.tierkeep("health", "--json")]);
  equal(reportOf<PlanReport>(planned).jobs[0]?.totals.files, 0, "steps of the plan");
  equal(health.exitCode, 0, health.stdout);
  const again = await scene.tierkeep("run", "--json");
  equal(again.exitCode, 0, again.stderr);
  const [job] = reportOf<RunReport>(again).jobs;
  deepEqual({ outcomes: job?.outcomes, recovered: job?.recovered.runs, errors: job?.errors }, nothingDone);
}

const nothingDone = { outcomes: {}, recovered: [], errors: [] };

function stagingOf(scene: Scene): readonly string[] {
  const staging = `${scene.warm}/.tierkeep/staging`;
  const there = readdirSync(`${scene.warm}/.tierkeep`).includes("staging");
  return there ? readdirSync(staging, { recursive: true, encoding: "utf8" }) : [];
}

/** A restore of everything brings back every file as it was, to the nanosecond, the hole and the link. */
export async function checkRestores(scene: Scene, before: ReadonlyMap<string, string>): Promise<void> {
  using to = scratch("restored");
  const restored = await scene.tierkeep("restore", "/", "--to", to.path, "--json");
  equal(restored.exitCode, 0, `${restored.stderr}${restored.stdout}`);
  const moved = new Set(scene.files.filter((file) => file.moves).map((file) => file.name));
  deepEqual(
    [...fingerprint(`${to.path}${scene.source}`)],
    [...before].filter(([name]) => moved.has(name)),
  );
}

export function reportOf<Report>(finished: Finished): Report {
  try {
    return JSON.parse(finished.stdout) as Report;
  } catch (cause) {
    throw new Error(`no report: exit ${finished.exitCode} ${finished.signal}\n${finished.stderr}${finished.stdout}`, {
      cause,
    });
  }
}
