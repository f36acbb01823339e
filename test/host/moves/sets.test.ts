import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
} from "node:fs";
import { test } from "node:test";
import { mountBindfs } from "../../support/bindfs.ts";
import { mountLoop, needsRoot } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { contentBelow, filesBelow, logText, makeOld, oldFile, stagedBelow } from "./files.ts";
import { openMemoryScene, openScene, type Scene } from "./scene.ts";
import { ageTree, setRule, treeBelow } from "./set-files.ts";

const skip = needsRoot;

/** A set with one of everything that it may have. */
function makeSet(set: string): void {
  oldFile(`${set}/a/b/data`, "data\n");
  oldFile(`${set}/top`, "top\n");
  linkSync(`${set}/top`, `${set}/a/same`);
  mkdirSync(`${set}/empty`, { mode: 0o750 });
  symlinkSync("../top", `${set}/a/link`);
  symlinkSync("nowhere", `${set}/dangling`);
  oldFile(Buffer.from(`${set}/latin-\xe9`, "latin1"), "odd name");
  chmodSync(`${set}/a/b`, 0o700);
  ageTree(set, 40);
}

test("a set goes whole, directories and links with all that they have, and comes back so", async () => {
  using scene = openMemoryScene({ rule: setRule });
  makeSet(`${scene.source}/full`);
  const before = treeBelow(scene.source);
  assert.deepEqual((await scene.plan()).due, ["full"]);
  const { outcomes } = await scene.run();
  assert.deepEqual(
    outcomes.map(({ path, result, files }) => [path, result, files]),
    [["full", "moved", 6]],
  );
  assert.deepEqual([readdirSync(scene.source), stagedBelow(scene.tier)], [[], []]);
  const stored = treeBelow(`${scene.tier}/jts-1/logs`);
  // Below a scratch directory that is private nothing is granted to others on the tier (HAZARDS M33).
  const withoutModes = (tree: ReadonlyMap<string, string>) =>
    [...tree].map(([path, text]) => [path, text.replace(/^\d+/, "")]);
  assert.deepEqual(withoutModes(stored), withoutModes(before));
  assert.deepEqual(
    (await scene.restore(`${scene.source}/full`)).filter(({ error }) => error !== null),
    [],
  );
  assert.deepEqual(treeBelow(scene.source), before);
  assert.deepEqual((await scene.plan()).kept["restored-recently"], ["full"], "M32");
});

test("M31: a set that is being written by rsync -a has old times and stays for a day; then it goes whole", async () => {
  using scene = openMemoryScene({ rule: { unit: "entry", settledForMs: 86_400_000 } });
  using from = scratch("from");
  for (const name of ["one", "two"]) oldFile(`${from.path}/set/${name}`, name, 90);
  ageTree(`${from.path}/set`, 90);
  execFileSync("rsync", ["-a", `${from.path}/set`, scene.source]);
  assert.deepEqual((await scene.plan()).kept, { unsettled: ["set"] });
  const later = { nowMs: Date.now() + 86_400_000 + 5_000 };
  execFileSync("touch", ["-d", "80 days ago", `${scene.source}/set/two`]);
  assert.deepEqual((await scene.plan(later)).due, ["set"]);
  assert.deepEqual((await scene.run(later)).results, { set: "moved" });
});

test("a set is as old as its newest file; include and exclude choose entries by name", async () => {
  using scene = openMemoryScene({ rule: { ...setRule, include: ["20*", "dirs/"], exclude: ["*.part", "2019/"] } });
  for (const name of ["2018", "2019", "2020", "2021.part", "dirs", "other"]) {
    oldFile(`${scene.source}/${name}/deep/file`);
    ageTree(`${scene.source}/${name}`, 50);
  }
  oldFile(`${scene.source}/2020/deep/young`, "young", 1);
  oldFile(`${scene.source}/2022.tar`);
  symlinkSync("2018", `${scene.source}/2023`);
  mkdirSync(`${scene.source}/lost+found`);
  const { due, kept } = await scene.plan();
  assert.deepEqual(due, ["2018", "2022.tar", "dirs"]);
  assert.deepEqual(kept, {
    "too-young": ["2020"],
    excluded: ["2019", "2021.part", "other"],
    reserved: ["lost+found"],
    "special-file": ["2023"],
  });
  assert.deepEqual((await scene.run()).results, { "2018": "moved", "2022.tar": "moved", dirs: "moved" });
  assert.deepEqual((await scene.plan()).due, []);
});

test("M10: a name that is taken by other content gets the run's id, for a set and for a file", async () => {
  using scene = openMemoryScene({ rule: { ...setRule, compress: "zstd" } });
  for (const content of ["first", "second"]) {
    oldFile(`${scene.source}/set/file`, content);
    oldFile(`${scene.source}/single`, logText(50, content));
    ageTree(scene.source, 40);
    assert.deepEqual((await scene.run()).results, { set: "moved", single: "moved" });
  }
  const names = readdirSync(`${scene.tier}/jts-1/logs`);
  assert.equal(names.length, 4);
  assert.ok(
    names.every((name) => /^(set(\.20\d{6}T\d{6}Z-\d{4})?|single(\.20\d{6}T\d{6}Z-\d{4})?\.zst)$/.test(name)),
    names.join(),
  );
  assert.equal(readFileSync(`${scene.tier}/jts-1/logs/set/file`, "utf8"), "first");
});

test("inside a set a compressed name never takes another's", async () => {
  using scene = openMemoryScene({ rule: { ...setRule, compress: "gzip" } });
  oldFile(`${scene.source}/set/a`, logText(100));
  oldFile(`${scene.source}/set/a.gz`, "mine");
  ageTree(scene.source, 40);
  const before = contentBelow(scene.source);
  assert.deepEqual((await scene.run()).results, { set: "moved" });
  assert.match(filesBelow(scene.tier).join(), /^jts-1\/logs\/set\/a\.[0-9a-f]{8}\.gz,jts-1\/logs\/set\/a\.gz$/);
  await scene.restore(`${scene.source}/set`);
  assert.deepEqual(contentBelow(scene.source), before);
});

test("an empty directory is a set, too", async () => {
  using scene = openMemoryScene({ rule: setRule });
  mkdirSync(`${scene.source}/nothing/in/it`, { recursive: true });
  assert.deepEqual((await scene.plan()).kept, { "too-young": ["nothing"] });
  ageTree(`${scene.source}/nothing`, 40);
  assert.deepEqual((await scene.run()).results, { nothing: "moved" });
  assert.ok(existsSync(`${scene.tier}/jts-1/logs/nothing/in/it`) && !existsSync(`${scene.source}/nothing`));
  await scene.restore(`${scene.source}/nothing`);
  assert.ok(existsSync(`${scene.source}/nothing/in/it`));
});

async function movesSets(scene: Scene): Promise<void> {
  makeSet(`${scene.source}/full`);
  oldFile(`${scene.source}/big/log`, logText(200_000));
  oldFile(`${scene.source}/big/sparse`, "start");
  truncateSync(`${scene.source}/big/sparse`, 16 * 2 ** 20);
  ageTree(`${scene.source}/big`, 30);
  const before = contentBelow(scene.source);
  assert.deepEqual((await scene.run()).results, { full: "moved", big: "moved" });
  assert.deepEqual([filesBelow(scene.source), stagedBelow(scene.tier)], [[], []]);
  const errors = (await scene.restore(scene.source)).filter(({ error }) => error !== null);
  assert.deepEqual([errors, contentBelow(scene.source)], [[], before]);
}

test("a tier that cannot promise to replace nothing (FUSE, as NFS) gets sets by a plain rename onto a free name", {
  skip,
}, async () => {
  await using real = await mountLoop({ type: "ext4", sizeMiB: 64 });
  await using fuse = await mountBindfs(real.path);
  using hot = scratch("hot");
  using scene = openScene({ source: hot.path, tier: fuse.path, rule: { ...setRule, compress: "zstd" } });
  mkdirSync(`${real.path}/jts-1/logs/big`, { recursive: true });
  oldFile(`${real.path}/jts-1/logs/full/other`);
  await movesSets(scene);
  const names = readdirSync(`${real.path}/jts-1/logs`).toSorted();
  assert.match(names.join(), /^big,big\.20[^,]*,full,full\.20[^,]*$/);
});

test("a set goes into a part of the tier that renames cannot reach (a btrfs subvolume)", { skip }, async () => {
  await using btrfs = await mountLoop({ type: "btrfs", sizeMiB: 256 });
  using hot = scratch("hot");
  mkdirSync(`${btrfs.path}/jts-1`);
  execFileSync("btrfs", ["-q", "subvolume", "create", `${btrfs.path}/jts-1/logs`]);
  using scene = openScene({ source: hot.path, tier: btrfs.path, rule: { ...setRule, compress: "zstd" } });
  await movesSets(scene);
  assert.deepEqual(readdirSync(`${btrfs.path}/jts-1/logs`).toSorted(), ["big", "full"]);
});

test("a tier beside its source, on one file system, gets sets, each file synced by itself", { skip }, async () => {
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 64 });
  for (const name of ["hot", "warm"]) mkdirSync(`${fs.path}/${name}`);
  using scene = openScene({
    source: `${fs.path}/hot`,
    tier: `${fs.path}/warm`,
    rule: { ...setRule, compress: "zstd" },
  });
  await movesSets(scene);
});

test("what is restored of a set while its directory is there changes nothing of that directory", async () => {
  using scene = openMemoryScene({ rule: setRule });
  makeSet(`${scene.source}/full`);
  await scene.run();
  mkdirSync(`${scene.source}/full/empty`, { recursive: true, mode: 0o700 });
  oldFile(`${scene.source}/full/top`, "somebody else's");
  makeOld(`${scene.source}/full/empty`, 3);
  const mine = statSync(`${scene.source}/full/empty`, { bigint: true });
  const restored = await scene.restore(`${scene.source}/full`);
  const failed = restored.filter(({ error }) => error !== null);
  assert.deepEqual(
    failed.map(({ path, error }) => [path.slice(scene.source.length), error?.code]),
    [["/full/top", "TARGET_EXISTS"]],
  );
  const now = statSync(`${scene.source}/full/empty`, { bigint: true });
  assert.deepEqual([now.mode, now.mtimeNs], [mine.mode, mine.mtimeNs]);
  assert.equal(readFileSync(`${scene.source}/full/top`, "utf8"), "somebody else's");
});

test("the very same set is not stored twice", async () => {
  using scene = openMemoryScene({ rule: setRule });
  makeSet(`${scene.source}/full`);
  const before = treeBelow(scene.source);
  await scene.run();
  await scene.restore(`${scene.source}/full`);
  const later = { nowMs: Date.now() + 15 * 86_400_000 };
  assert.deepEqual((await scene.run(later)).results, { full: "moved" });
  assert.deepEqual(readdirSync(`${scene.tier}/jts-1/logs`), ["full"]);
  assert.deepEqual([readdirSync(scene.source), stagedBelow(scene.tier)], [[], []]);
  await scene.restore(`${scene.source}/full`);
  assert.deepEqual(treeBelow(scene.source), before);
});
