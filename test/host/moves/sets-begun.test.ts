import assert from "node:assert/strict";
import { readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { type Pacer, unpaced } from "../../../src/jobs/pacer.ts";
import { scratch } from "../../support/scratch.ts";
import { mountTmpfs } from "../../support/tmpfs-mount.ts";
import { contentBelow, filesBelow, oldFile, stagedBelow } from "./files.ts";
import { openMemoryScene, openScene, type Scene } from "./scene.ts";
import { ageTree, setRule } from "./set-files.ts";

/** A set of three batches. */
function longSet(scene: Scene, name = "long"): ReadonlyMap<string, string> {
  for (let file = 0; file < 120; file++) oldFile(`${scene.source}/${name}/${file % 7}/${file}`, `file ${file}`);
  ageTree(scene.source, 40);
  return contentBelow(scene.source);
}

/** Small batches, and a limit that is reached after some of them. */
function pacedTo(batches: number): Pacer {
  let asked = 0;
  const stopReason = () => (++asked > batches + 1 ? "stop_after" : undefined);
  return { ...unpaced, isTight: () => true, stopReason };
}

/** How many files are copied and wait. */
function waiting(scene: Scene): number {
  return stagedBelow(scene.tier).filter((path) => path.includes("/set-")).length;
}

async function isWhole(scene: Scene, before: ReadonlyMap<string, string>): Promise<void> {
  assert.deepEqual([filesBelow(scene.source), stagedBelow(scene.tier)], [[], []]);
  const errors = (await scene.restore(scene.source)).filter(({ error }) => error !== null);
  assert.deepEqual([errors, contentBelow(scene.source)], [[], before]);
}

test("a set that a limit stopped goes on where it was, night by night, and nothing of it is visible before", async () => {
  using scene = openMemoryScene({ rule: setRule });
  const before = longSet(scene);
  for (const copied of [50, 100]) {
    assert.deepEqual((await scene.run({ pacer: pacedTo(1) })).results, { long: "begun" });
    assert.deepEqual([waiting(scene), filesBelow(scene.tier), contentBelow(scene.source)], [copied, [], before]);
  }
  assert.deepEqual((await scene.run()).results, { long: "moved" });
  await isWhole(scene, before);
});

test("what changed between two nights is copied anew, and so is what lies damaged in staging", async () => {
  using scene = openMemoryScene({ rule: setRule });
  longSet(scene);
  await scene.run({ pacer: pacedTo(2) });
  const [path = ""] = stagedBelow(scene.tier).filter((each) => each.endsWith("/1"));
  writeFileSync(`${scene.tier}/.tierkeep/staging/${path}`, "FILE 1");
  oldFile(`${scene.source}/long/0/0`, "changed");
  rmSync(`${scene.source}/long/6`, { recursive: true });
  const before = contentBelow(scene.source);
  const { outcomes } = await scene.run();
  assert.deepEqual([outcomes[0]?.result, outcomes[0]?.code], ["failed", "READ_BACK"]);
  assert.deepEqual((await scene.run()).results, { long: "moved" });
  await isWhole(scene, before);
});

/** Of four frames, behind some small ones. */
function setWithBigFile(scene: Scene): ReadonlyMap<string, string> {
  oldFile(`${scene.source}/dump/0-small`, "small");
  oldFile(`${scene.source}/dump/big`, "big ".repeat(2 ** 22), 35);
  ageTree(scene.source, 40);
  return contentBelow(scene.source);
}

test("M31: a run that ends within a big file of a set takes its part of that file back, and the next one goes on", async () => {
  using scene = openMemoryScene({ rule: { ...setRule, compress: "zstd" } });
  const before = setWithBigFile(scene);
  const ending = new AbortController();
  const progress = ({ bytes }: { readonly bytes: number }) => {
    if (bytes > 2 ** 20) ending.abort(new Error("enough for today"));
  };
  await assert.rejects(scene.run({ signal: ending.signal, progress, pacer: pacedTo(9) }), /enough for today/);
  assert.deepEqual(
    stagedBelow(scene.tier).filter((path) => !path.includes("/set-")),
    [],
  );
  assert.deepEqual((await scene.run()).results, { dump: "moved" });
  await isWhole(scene, before);
});

test("M31: a staged copy that could not be taken back is no obstacle to the next run", async () => {
  using scene = openMemoryScene({ rule: setRule });
  const before = longSet(scene);
  await scene.run({ pacer: pacedTo(1) });
  const { run, job } = scene.catalog.journal.stagingOf("logs")[0] ?? {};
  const staging = `${scene.tier}/.tierkeep/staging/${run}/${job}`;
  for (let seq = 52; seq < 60; seq++) writeFileSync(`${staging}/${seq}`, "half of it");
  assert.deepEqual((await scene.run()).results, { long: "moved" });
  await isWhole(scene, before);
});

test("what was begun of a set that is gone or excluded makes room; what only waits does not", async () => {
  using scene = openMemoryScene({ rule: setRule });
  longSet(scene);
  await scene.run({ pacer: pacedTo(1) });
  await scene.run({ rule: { olderThanMs: 1_000 * 86_400_000 } });
  assert.equal(waiting(scene), 50, "too young by another rule");
  await scene.run({ rule: { exclude: ["long"] } });
  assert.deepEqual(stagedBelow(scene.tier), []);
});

test("a watermark that is not reached any more leaves what was begun", async () => {
  await using hot = await mountTmpfs({ sizeMiB: 20 });
  using warm = scratch("warm");
  const rule = { ...setRule, whenAbove: 0.5, untilBelow: 0.1 };
  using scene = openScene({ source: hot.path, tier: warm.path, rule });
  const before = longSet(scene);
  oldFile(`${hot.path}/other`, Buffer.alloc(12 * 2 ** 20), 1);
  await scene.run({ pacer: pacedTo(1) });
  truncateSync(`${hot.path}/other`, 0);
  assert.deepEqual((await scene.run()).results, {});
  assert.equal(waiting(scene), 50);
  rmSync(`${hot.path}/other`);
  assert.deepEqual((await scene.run({ rule: { whenAbove: 0, untilBelow: 0 } })).results, { long: "moved" });
  await isWhole(scene, before);
});

test("a job that was renamed goes on with the set that it began under its former name", async () => {
  using scene = openMemoryScene({ rule: setRule });
  const before = longSet(scene);
  await scene.run({ pacer: pacedTo(1) });
  const { results } = await scene.run({ rule: { name: "backups", formerly: ["logs"] } });
  assert.deepEqual(results, { long: "moved" });
  assert.deepEqual(readdirSync(`${scene.tier}/jts-1/logs`), ["long"]);
  await isWhole(scene, before);
});

test("M1: however much of a published set is damaged, no source of a damaged copy goes", async () => {
  using scene = openMemoryScene({ rule: setRule });
  for (let file = 0; file < 2_050; file++) oldFile(`${scene.source}/set/${file}`, `file ${file}`);
  ageTree(scene.source, 40);
  const before = contentBelow(scene.source);
  const dies = () => {
    throw new Error("died here");
  };
  await assert.rejects(scene.run({ after: { "publish-set": dies } }), /died here/);
  const stored = `${scene.tier}/jts-1/logs/set`;
  for (const name of readdirSync(stored)) truncateSync(`${stored}/${name}`, 0);
  const { recovered } = await scene.run();
  assert.equal(recovered.problems[0]?.code, "STORED_DAMAGED");
  const sources = new Set(contentBelow(scene.source).values());
  const copies = new Set([...contentBelow(scene.tier).values()]);
  assert.ok([...before.values()].every((hash) => sources.has(hash) || copies.has(hash)));
});

test("M13: holes of a file in a set take no room; what is larger than the whole tier is never begun", async () => {
  await using warm = await mountTmpfs({ sizeMiB: 32 });
  using hot = scratch("hot");
  using scene = openScene({ source: hot.path, tier: warm.path, rule: setRule });
  oldFile(`${hot.path}/sparse/image`, "start");
  for (let file = 0; file < 2; file++) {
    oldFile(`${hot.path}/sparse/image-${file}`, "start");
    truncateSync(`${hot.path}/sparse/image-${file}`, 24 * 2 ** 20);
  }
  oldFile(`${hot.path}/huge/image`, "start");
  truncateSync(`${hot.path}/huge/image`, 40 * 2 ** 20);
  for (let file = 0; file < 4; file++) oldFile(`${hot.path}/large/${file}`, Buffer.alloc(10 * 2 ** 20, file));
  ageTree(hot.path, 40);
  const { due, kept, warnings } = await scene.plan();
  assert.deepEqual([due, kept], [["sparse"], { "no-room": ["huge", "large"] }]);
  assert.match(warnings.join(), /huge\/image: its 40 MiB are more than the whole tier/);
  assert.deepEqual((await scene.run()).results, { sparse: "moved" });
  assert.deepEqual(stagedBelow(scene.tier), []);
});
