import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { mountLoop, needsRoot } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { filesBelow, logText, oldFile, stagedBelow, unpacked } from "./files.ts";
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
  mkdirSync(`${btrfs.path}/jts-1`, { mode: 0o700 });
  execFileSync("btrfs", ["-q", "subvolume", "create", `${btrfs.path}/jts-1/logs`], { env: withSbin });
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

const withSbin = { ...process.env, PATH: `/usr/sbin:/sbin:${process.env.PATH}` };
