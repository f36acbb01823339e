import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import type { RunReport } from "../../src/reports/run.ts";
import { configurationText } from "../support/configuration.ts";
import { type Scratch, scratch } from "../support/scratch.ts";
import { filesBelow, oldFile } from "./moves/files.ts";

const launcher = resolve(import.meta.dirname, "../../bin/tierkeep");
const preload = resolve(import.meta.dirname, "../support/job-with-bug.ts");

test("a bug in one job is told with its stack, exit 1, and the other jobs go on", () => {
  using scene = makeScene(["first", "broken", "last"]);
  const ended = tierkeep(scene, { NODE_OPTIONS: `--import ${preload}` }, "run", "--json");
  assert.equal(ended.status, 1, ended.stderr);
  assert.match(ended.stderr, /^tierkeep: bug: TypeError: a planted bug\n {4}at .+\n/m);
  const report = JSON.parse(ended.stdout) as RunReport;
  assert.deepEqual(
    report.jobs.map(({ name, status, errors }) => [name, status, errors[0]?.code]),
    [
      ["first", "ok", undefined],
      ["broken", "failed", "BUG"],
      ["last", "ok", undefined],
    ],
  );
  assert.equal(report.jobs[1]?.errors[0]?.message, "its process met a bug: TypeError: a planted bug");
  assert.deepEqual(filesBelow(`${scene.path}/hot`), ["broken/a.1"]);
  assert.equal(tierkeep(scene, {}, "run").status, 0);
  assert.deepEqual(filesBelow(`${scene.path}/hot`), []);
});

test("on a screen the run's lines come first, then the bug", () => {
  using scene = makeScene(["broken", "last"]);
  const ended = tierkeep(scene, { NODE_OPTIONS: `--import ${preload}` }, "run");
  assert.equal(ended.status, 1, ended.stderr);
  assert.match(ended.stdout, /^broken {2}CRIT its process met a bug: TypeError: a planted bug$/m);
  assert.match(ended.stdout, /^last {4}ok moved 1 file/m);
  assert.match(ended.stdout, /^partial: 1 failed, 1 done - run \S+ +exit 1\n$/m);
  assert.match(ended.stderr, /please report it/);
});

/** Jobs with one old file each, a tier that was adopted, and everything approved. */
function makeScene(names: readonly string[]): Scratch {
  const scene = scratch("bug");
  mkdirSync(`${scene.path}/warm`);
  for (const name of names) oldFile(`${scene.path}/hot/${name}/a.1`);
  const tiers = { warm: { path: `${scene.path}/warm`, directory: true } };
  const moves = names.map((name) => ({ name, source: `${scene.path}/hot/${name}` }));
  const stateDir = `${scene.path}/state`;
  writeFileSync(`${scene.path}/tierkeep.toml`, configurationText({ host: "jts-1", stateDir, tiers, moves }));
  for (const args of [
    ["tier", "adopt", "warm", "--yes"],
    ["approve", "--all"],
  ])
    assert.equal(tierkeep(scene, {}, ...args).status, 0);
  return scene;
}

function tierkeep({ path }: Scratch, env: NodeJS.ProcessEnv, ...args: readonly string[]) {
  const all = { encoding: "utf8", env: { ...process.env, ...env } } as const;
  return spawnSync(launcher, ["--config", `${path}/tierkeep.toml`, ...args], all);
}
