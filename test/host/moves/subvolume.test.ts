import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { mountLoop, needsRoot } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { filesBelow, logText, makeOld, oldFile, stagedBelow, unpacked } from "./files.ts";
import { openScene } from "./scene.ts";

const skip = needsRoot;

test("what renames cannot reach (a btrfs subvolume in the tier) is published beside, and nothing is replaced", {
  skip,
}, async () => {
  await using btrfs = await mountLoop({ type: "btrfs", sizeMiB: 256 });
  using dir = scratch("subvolume");
  mkdirSync(`${dir.path}/hot`);
  const text = logText(3_000);
  oldFile(`${dir.path}/hot/a.1`, text);
  oldFile(`${dir.path}/hot/b.1`, "short");
  oldFile(`${dir.path}/hot/taken.1`, "ours");
  makeSubvolume(`${btrfs.path}/jts-1/logs`);
  writeFileSync(`${btrfs.path}/jts-1/logs/taken.1`, "a stranger's");
  using scene = openScene({ source: `${dir.path}/hot`, tier: btrfs.path, rule: { compress: "zstd" } });
  const modified = statSync(`${dir.path}/hot/a.1`, { bigint: true }).mtimeNs;
  const { results } = await scene.run();
  assert.deepEqual(results, { "a.1": "moved", "b.1": "moved", "taken.1": "moved" });
  assert.equal(unpacked(`${btrfs.path}/jts-1/logs/a.1.zst`).toString(), text);
  assert.equal(statSync(`${btrfs.path}/jts-1/logs/a.1.zst`, { bigint: true }).mtimeNs, modified);
  assert.equal(readFileSync(`${btrfs.path}/jts-1/logs/taken.1`, "utf8"), "a stranger's");
  const names = filesBelow(btrfs.path);
  assert.equal(names.length, 4, "the stranger's, and three of ours");
  assert.deepEqual([filesBelow(`${dir.path}/hot`), stagedBelow(btrfs.path)], [[], []]);
});

test("M13: holes stay holes in a part that renames cannot reach, and a big compressed file is whole there", {
  skip,
}, async () => {
  for (const compress of ["none", "zstd"] as const) {
    await using btrfs = await mountLoop({ type: "btrfs", sizeMiB: 256 });
    using dir = scratch("subvolume");
    const text = logText(200_000);
    oldFile(`${dir.path}/hot/big.1`, text);
    oldFile(`${dir.path}/hot/sparse.1`, "a start");
    truncateSync(`${dir.path}/hot/sparse.1`, 16 * 2 ** 20);
    makeOld(`${dir.path}/hot/sparse.1`);
    makeSubvolume(`${btrfs.path}/jts-1/logs`);
    using scene = openScene({ source: `${dir.path}/hot`, tier: btrfs.path, rule: { compress } });
    assert.deepEqual((await scene.run()).results, { "big.1": "moved", "sparse.1": "moved" });
    execFileSync("sync", ["-f", btrfs.path]);
    const suffix = compress === "none" ? "" : ".zst";
    assert.ok(statSync(`${scene.tier}/jts-1/logs/sparse.1${suffix}`).blocks < 1024);
    await scene.restore("/", `${dir.path}/out`);
    assert.equal(readFileSync(`${dir.path}/out${scene.source}/big.1`, "utf8"), text);
    assert.equal(readFileSync(`${dir.path}/out${scene.source}/sparse.1`).length, 16 * 2 ** 20);
  }
});

test("M14: links stay one file in a part that renames cannot reach, and a group that it would split stays", {
  skip,
}, async () => {
  await using btrfs = await mountLoop({ type: "btrfs", sizeMiB: 256 });
  using dir = scratch("subvolume");
  const groups = [
    ["sub/one", "sub/other"],
    ["begins outside", "sub/ends inside"],
    ["sub/begins inside", "then outside"],
  ] as const;
  for (const [first, second] of groups) {
    oldFile(`${dir.path}/hot/${first}`, first);
    mkdirSync(dirname(`${dir.path}/hot/${second}`), { recursive: true });
    linkSync(`${dir.path}/hot/${first}`, `${dir.path}/hot/${second}`);
  }
  makeSubvolume(`${btrfs.path}/jts-1/logs/sub`);
  using scene = openScene({ source: `${dir.path}/hot`, tier: btrfs.path });
  for (let night = 0; night < 2; night++) {
    const { outcomes } = await scene.run();
    for (const { path, result, code } of outcomes) {
      const isWhole = path === "sub/one" || path === "sub/other";
      assert.deepEqual([path, result === "moved", code], [path, isWhole, isWhole ? undefined : "EXDEV"]);
    }
    assert.deepEqual(filesBelow(scene.source), groups.slice(1).flat().toSorted());
    assert.equal(statSync(`${scene.tier}/jts-1/logs/sub/one`).nlink, 2);
    assert.deepEqual(stagedBelow(scene.tier), []);
  }
});

/** Where a job would make a directory. */
function makeSubvolume(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  execFileSync("btrfs", ["-q", "subvolume", "create", path], { env: withSbin });
}

const withSbin = { ...process.env, PATH: `/usr/sbin:/sbin:${process.env.PATH}` };
