import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { mountLoop, needsRoot, unmountAll } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { tierConfig } from "../../support/tier-config.ts";
import { mountTmpfs } from "../../support/tmpfs-mount.ts";
import { bindMount } from "../moves/mounts.ts";
import { openCleanScene, results } from "./scene.ts";

test("D6: mounts inside the tree stay with all they hold: bind mounts of directories and of files, and file systems", {
  skip: needsRoot,
}, async () => {
  await using place = await mountTmpfs({ sizeMiB: 16 });
  await using other = await mountLoop({ type: "ext4", sizeMiB: 16 });
  const path = `${place.path}/scratch`;
  for (const name of ["scratch/inner/deep", "scratch/foreign", "home", "scratch/self"]) {
    mkdirSync(`${place.path}/${name}`, { recursive: true });
  }
  for (const name of ["home/thesis", "scratch/inner/x", "scratch/file", "home/one", "scratch/self/y"]) {
    writeFileSync(`${place.path}/${name}`, "x");
  }
  writeFileSync(`${other.path}/data`, "d");
  using scene = openCleanScene(path);
  using _directory = bindMount(`${place.path}/home`, `${path}/inner/deep`);
  using _self = bindMount(`${path}/self`, `${path}/self`);
  execFileSync("mount", ["--bind", `${place.path}/home/one`, `${path}/file`]);
  execFileSync("mount", ["--bind", other.path, `${path}/foreign`]);
  try {
    const { due, kept } = await scene.plan();
    assert.deepEqual(due, ["inner/x"]);
    assert.deepEqual(kept, { "other-file-system": ["file", "foreign", "inner/deep", "self"] });
    await scene.run();
    assert.equal(execFileSync("cat", [`${place.path}/home/thesis`, `${other.path}/data`], { encoding: "utf8" }), "xd");
  } finally {
    unmountAll(`${path}/file`);
    unmountAll(`${path}/foreign`);
  }
});

test("D6: what is mounted between plan and deed stays", { skip: needsRoot }, async () => {
  await using place = await mountTmpfs({ sizeMiB: 16 });
  const path = `${place.path}/scratch`;
  for (const name of ["scratch/a/empty", "home"]) mkdirSync(`${place.path}/${name}`, { recursive: true });
  for (const name of ["home/thesis", "scratch/a/thesis", "scratch/b"]) writeFileSync(`${place.path}/${name}`, "x");
  using scene = openCleanScene(path);
  const mounts: Disposable[] = [];
  const outcomes = await scene.run({
    beforeApply: () => {
      mounts.push(bindMount(`${place.path}/home`, `${path}/a`));
    },
  });
  for (const mount of mounts) mount[Symbol.dispose]();
  assert.deepEqual(results(outcomes), {
    b: "cleaned",
    "a/thesis": "other-file-system",
    "a/empty": "changed-since-plan",
    a: "other-file-system",
  });
  assert.equal(execFileSync("cat", [`${place.path}/home/thesis`], { encoding: "utf8" }), "x");
});

test("D8: scratch that shows a tier through a bind mount is refused, scratch beside the tier is not", {
  skip: needsRoot,
}, async () => {
  await using disk = await mountTmpfs({ sizeMiB: 16 });
  const tier = `${disk.path}/warm`;
  for (const name of ["warm/jts-1/logs", "beside"]) {
    mkdirSync(`${disk.path}/${name}`, { recursive: true });
    writeFileSync(`${disk.path}/${name}/x`, "x");
  }
  const context = { tiers: [tierConfig("warm", tier)] };
  using scenes = new DisposableStack();
  const planThrough = async (shown: string) => {
    const place = scenes.use(scratch("clean-view"));
    scenes.use(bindMount(shown, `${place.path}/scratch`));
    return await scenes.use(openCleanScene(`${place.path}/scratch`)).plan({ context });
  };
  for (const shown of [disk.path, tier, `${tier}/jts-1/logs`]) {
    const { due, refusal } = await planThrough(shown);
    assert.deepEqual([refusal, due], ["refused-path", []], shown);
  }
  const { due, refusal } = await planThrough(`${disk.path}/beside`);
  assert.deepEqual([refusal, due], [undefined, ["x"]]);
});

test("D6: a nested subvolume of btrfs is a file system of its own", { skip: needsRoot }, async () => {
  await using place = await mountLoop({ type: "btrfs", sizeMiB: 128 });
  mkdirSync(`${place.path}/scratch`);
  execFileSync("btrfs", ["subvolume", "create", `${place.path}/scratch/snapshots`], { stdio: "ignore" });
  for (const name of ["snapshots/kept", "gone"]) writeFileSync(`${place.path}/scratch/${name}`, "x");
  using scene = openCleanScene(`${place.path}/scratch`);
  const { due, kept } = await scene.plan();
  assert.deepEqual([due, kept], [["gone"], { "other-file-system": ["snapshots"] }]);
});

test("M26: a file system mounted noatime is told of, where access times would count", { skip: needsRoot }, async () => {
  await using place = await mountLoop({ type: "ext4", sizeMiB: 16, options: ["noatime"] });
  mkdirSync(`${place.path}/scratch`);
  using scene = openCleanScene(`${place.path}/scratch`);
  assert.match((await scene.plan()).warnings.join(), /is mounted noatime: reading a file does not make it any younger/);
  assert.deepEqual((await scene.plan({ rule: { ageBy: ["mtime"] } })).warnings, []);
});
