import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { contentBelow, filesBelow, oldFile, stagedBelow } from "../moves/files.ts";
import { openMemoryScene } from "../moves/scene.ts";

function dies(): never {
  throw new Error("killed");
}

test("M30: directories that a power cut took back are made again by recovery, which is not stuck for ever", async () => {
  using scene = openMemoryScene();
  oldFile(`${scene.source}/below/further/a.1`);
  const before = contentBelow(scene.source);
  await assert.rejects(scene.run({ after: { verify: dies } }), /killed/);
  // They are made after the copies were synced: nothing says that they are durable.
  rmSync(`${scene.tier}/jts-1`, { recursive: true });
  const { recovered } = await scene.run();
  assert.deepEqual([recovered.finished, recovered.problems], [1, []]);
  assert.deepEqual(contentBelow(`${scene.tier}/jts-1/logs`), before);
  assert.deepEqual([filesBelow(scene.source), stagedBelow(scene.tier)], [[], []]);
});

test("M10: a stored file where a directory is needed holds up that file alone, and not the job", async () => {
  using scene = openMemoryScene();
  oldFile(`${scene.source}/thing`, "once a file");
  assert.deepEqual((await scene.run()).results, { thing: "moved" });
  oldFile(`${scene.source}/thing/inner.1`, "now a directory", 40);
  oldFile(`${scene.source}/younger.1`);
  const { results } = await scene.run();
  assert.deepEqual(results, { "thing/inner.1": "name-taken", "younger.1": "moved" });
  assert.deepEqual(filesBelow(scene.source), ["thing/inner.1"]);
});

test("M10: what is in the way when a dead run is recovered holds up that file alone", async () => {
  using scene = openMemoryScene();
  for (const name of ["below/a.1", "b.1"]) oldFile(`${scene.source}/${name}`);
  await assert.rejects(scene.run({ after: { verify: dies } }), /killed/);
  rmSync(`${scene.tier}/jts-1/logs/below`, { recursive: true });
  writeFileSync(`${scene.tier}/jts-1/logs/below`, "a file");
  oldFile(`${scene.source}/new.1`);
  const { recovered, results } = await scene.run();
  assert.equal(recovered.finished + recovered.dropped, 2);
  assert.equal(results["new.1"], "moved");
  assert.deepEqual(filesBelow(scene.source), ["below/a.1"]);
  assert.deepEqual(stagedBelow(scene.tier), []);
});

test("M10: a FIFO under the name on the tier is other content, and nobody waits for its other end", async () => {
  using scene = openMemoryScene();
  oldFile(`${scene.source}/a.1`);
  mkdirSync(`${scene.tier}/jts-1/logs`, { recursive: true });
  execFileSync("mkfifo", [`${scene.tier}/jts-1/logs/a.1`]);
  assert.deepEqual((await scene.run()).results, { "a.1": "moved" });
  assert.equal(filesBelow(scene.tier).length, 2);
});
