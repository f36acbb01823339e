import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { filesBelow, oldFile, stagedBelow } from "./files.ts";
import { openMemoryScene } from "./scene.ts";

test("M30: a proved copy whose name is taken meanwhile is taken back, and not told as finished", async () => {
  using scene = openMemoryScene();
  oldFile(`${scene.source}/free`, "ours");
  oldFile(`${scene.source}/taken`, "ours, too");
  const dies = () => {
    throw new Error("it dies here");
  };
  await assert.rejects(scene.run({ after: { verify: dies } }), /it dies here/);
  oldFile(`${scene.tier}/jts-1/logs/taken`, "a stranger's");
  const { recovered, results } = await scene.run();
  assert.deepEqual([recovered.finished, recovered.dropped], [1, 1]);
  assert.deepEqual(results, { taken: "moved" });
  assert.equal(readFileSync(`${scene.tier}/jts-1/logs/taken`, "utf8"), "a stranger's");
  assert.deepEqual([filesBelow(scene.source), stagedBelow(scene.tier)], [[], []]);
  assert.equal(filesBelow(scene.tier).length, 3);
});
