import assert from "node:assert/strict";
import { linkSync, mkdirSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { test } from "node:test";
import { contentBelow, makeOld, oldFile, stagedBelow } from "./files.ts";
import { openMemoryScene } from "./scene.ts";

const entry = { unit: "entry", settledForMs: 0, settledForGiven: true } as const;

test("a set goes whole, with its directories, links and times, and comes back so", async () => {
  using scene = openMemoryScene({ rule: entry });
  const set = `${scene.source}/full`;
  oldFile(`${set}/a/b/data`, "data\n");
  oldFile(`${set}/top`, "top\n");
  linkSync(`${set}/top`, `${set}/a/same`);
  mkdirSync(`${set}/empty`, { mode: 0o750 });
  symlinkSync("../top", `${set}/a/link`);
  for (const path of ["a/b", "a", "empty", ""]) makeOld(`${set}/${path}`, 20);
  const before = contentBelow(scene.source);
  const plan = await scene.plan();
  assert.deepEqual(plan.due, ["full"]);
  const { outcomes } = await scene.run();
  assert.deepEqual(
    outcomes.map(({ path, result, files }) => [path, result, files]),
    [["full", "moved", 4]],
  );
  assert.deepEqual(readdirSync(scene.source), []);
  assert.deepEqual(stagedBelow(scene.tier), []);
  const stored = `${scene.tier}/jts-1/logs`;
  assert.deepEqual(contentBelow(stored), before);
  assert.equal(statSync(`${stored}/full/empty`).mode & 0o777, 0o700, "the scene's own directory is private");
  assert.equal(statSync(`${stored}/full/a/same`).nlink, 2);
  assert.ok(Date.now() - statSync(`${stored}/full/a`).mtimeMs > 19 * 86_400_000);
  const restored = await scene.restore(set);
  assert.deepEqual(
    restored.filter(({ error }) => error !== null),
    [],
  );
  assert.deepEqual(contentBelow(scene.source), before);
  assert.equal(statSync(`${set}/empty`).mode & 0o777, 0o750);
});
