import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { linkSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import { configurationText } from "../support/configuration.ts";
import { type Scratch, scratch } from "../support/scratch.ts";

const launcher = resolve(import.meta.dirname, "../../bin/tierkeep");
const twentyDaysAgo = Date.now() / 1000 - 20 * 86_400;

test("what is in one file's way concerns that file alone, and nothing half-made stays", () => {
  using scene = movedFiles(["one.1", "two.1", "three.1"]);
  const log = `${scene.path}/log`;
  writeFileSync(`${log}/two.1`, "in the way");
  const result = tierkeep(scene.path, "restore", log);
  assert.equal(result.status, 3, result.stderr);
  assert.deepEqual(readdirSync(log).sort(), ["one.1", "three.1", "two.1"]);
  assert.equal(readFileSync(`${log}/one.1`, "utf8"), "content of one.1\n".repeat(500));
  assert.equal(readFileSync(`${log}/two.1`, "utf8"), "in the way");
});

test("M14: when the first of two links has something in its way, the second comes back with its content", () => {
  using scene = movedFiles(["one.1"], (log) => linkSync(`${log}/one.1`, `${log}/same.1`));
  const log = `${scene.path}/log`;
  writeFileSync(`${log}/one.1`, "in the way");
  assert.equal(tierkeep(scene.path, "restore", log).status, 3);
  assert.deepEqual(readdirSync(log).sort(), ["one.1", "same.1"]);
  assert.equal(readFileSync(`${log}/same.1`, "utf8"), "content of one.1\n".repeat(500));
});

test("M14: links of more files than one group holds are links again", () => {
  const names = Array.from({ length: 150 }, (_, index) => `file.${index}`);
  using scene = movedFiles(names, (log) => linkSync(`${log}/file.0`, `${log}/zzz.1`));
  assert.equal(tierkeep(scene.path, "restore", `${scene.path}/log`).status, 0);
  assert.equal(statSync(`${scene.path}/log/zzz.1`).ino, statSync(`${scene.path}/log/file.0`).ino);
  assert.equal(readdirSync(`${scene.path}/log`).length, 151);
});

/** Old files that a run has just moved. */
function movedFiles(names: readonly string[], prepare: (log: string) => void = () => {}): Scratch {
  const scene = scratch("restore");
  const log = `${scene.path}/log`;
  mkdirSync(log);
  mkdirSync(`${scene.path}/warm`);
  for (const name of names) writeFileSync(`${log}/${name}`, `content of ${name}\n`.repeat(500));
  prepare(log);
  for (const name of readdirSync(log)) utimesSync(`${log}/${name}`, twentyDaysAgo, twentyDaysAgo);
  writeFileSync(
    `${scene.path}/tierkeep.toml`,
    configurationText({
      host: "restore",
      stateDir: `${scene.path}/state`,
      tiers: { warm: { path: `${scene.path}/warm`, directory: true } },
      moves: [{ name: "logs", source: log, compress: "zstd" }],
    }),
  );
  for (const args of [["tier", "adopt", "warm", "--yes"], ["approve", "logs"], ["run"]]) {
    execFileSync(launcher, ["--config", `${scene.path}/tierkeep.toml`, ...args], {
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
  assert.deepEqual(readdirSync(log), []);
  return scene;
}

function tierkeep(directory: string, ...args: readonly string[]) {
  return spawnSync(launcher, ["--config", `${directory}/tierkeep.toml`, ...args], { encoding: "utf8" });
}
