import assert from "node:assert/strict";
import { closeSync, mkdirSync, openSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import type { Outcome } from "../../../src/jobs/job.ts";
import { unpaced } from "../../../src/jobs/pacer.ts";
import { type CleanScene, openCleanScene } from "./scene.ts";

const everything = { maxDelete: { files: 100_000, bytes: undefined, share: 1 } };

/** 40 directories of 100 files, and one of 4,000, which is more than a thread takes at a time. */
function fill(scene: CleanScene): void {
  for (let index = 0; index < 40; index++) mkdirSync(`${scene.path}/d${index}`);
  mkdirSync(`${scene.path}/flat`);
  for (let index = 0; index < 4_000; index++) {
    writeFileSync(`${scene.path}/d${index % 40}/${index}`, "");
    writeFileSync(`${scene.path}/flat/${index}`, "content");
  }
}

test("D4, D5: threads remove what one removes: all but what is in use, and directories keep their own times", async () => {
  using scene = openCleanScene();
  fill(scene);
  const exclude = ["keep"];
  for (const name of ["d7", "flat"]) {
    writeFileSync(`${scene.path}/${name}/keep`, "");
    utimesSync(`${scene.path}/${name}`, 1e9, 1e9);
  }
  let held: readonly number[] = [];
  const beforeApply = () => {
    held = ["d3/3", "flat/17", "flat/3999"].map((name) => openSync(`${scene.path}/${name}`, "r"));
  };
  const outcomes = await scene.run({ rule: { ...everything, exclude }, beforeApply });
  for (const fd of held) closeSync(fd);
  const stayed = Object.values(outcomes).filter(({ result }) => result !== "cleaned");
  assert.deepEqual(stayed.map(({ path, result }) => `${path}: ${result}`).sort(), [
    ...["d3/3: in-use", "d3: not-empty", "flat/17: in-use", "flat/3999: in-use"],
  ]);
  assert.deepEqual(scene.left(), ["d3", "d3/3", "d7", "d7/keep", "flat", "flat/17", "flat/3999", "flat/keep"]);
  for (const name of ["d7", "flat"]) assert.equal(statSync(`${scene.path}/${name}`).mtimeMs, 1e12);
  const freed = Object.values(outcomes).reduce((sum, { freedBytes = 0 }) => sum + freedBytes, 0);
  assert.equal(freed, 3_998 * 4_096, "what each file took");
});

test("a run that is stopped has told of everything that its threads had begun", async () => {
  using scene = openCleanScene();
  fill(scene);
  const stop = new AbortController();
  let asked = 0;
  const pacer = {
    ...unpaced,
    pace: async () => {
      asked += 1;
      if (asked === 6) stop.abort(new Error("somebody said stop"));
    },
  };
  const told: Outcome[] = [];
  const onOutcomes = (some: readonly Outcome[]) => void told.push(...some);
  const run = scene.run({ rule: everything, context: { pacer, signal: stop.signal }, onOutcomes });
  await assert.rejects(run, /somebody said stop/);
  const files = scene.left().filter((name) => name.includes("/"));
  assert.ok(told.length > 0 && files.length > 0, "in the middle");
  assert.equal(told.length + files.length, 8_000);
});
