import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { mountBindfs } from "../../support/bindfs.ts";
import { mountLoop, needsRoot } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { filesBelow, heldOpen, logText, makeOld, oldFile } from "./files.ts";
import { openMemoryScene, openScene, type Scene } from "./scene.ts";

const skip = needsRoot;
const MiB = 2 ** 20;

for (const type of ["ext4", "xfs", "btrfs"] as const) {
  for (const compress of ["none", "zstd"] as const) {
    test(`M13: holes stay holes on ${type}, stored ${compress} and restored`, { skip }, async () => {
      await using fs = await mountLoop({ type, sizeMiB: type === "btrfs" ? 128 : 96 });
      for (const folder of ["hot", "warm", "out"]) mkdirSync(`${fs.path}/${folder}`);
      for (const [name, text] of Object.entries({ "tail.1": "", "head.1": logText(20), "islands.1": "x" })) {
        const path = `${fs.path}/hot/${name}`;
        writeFileSync(path, text);
        truncateSync(path, 8 * MiB);
        if (name === "islands.1") for (const at of [3, 6]) patch(path, at * MiB, "an island");
        makeOld(path);
      }
      const before = sizes(`${fs.path}/hot`);
      using scene = openScene({ source: `${fs.path}/hot`, tier: `${fs.path}/warm`, rule: { compress } });
      assert.deepEqual(Object.values((await scene.run()).results), ["moved", "moved", "moved"]);
      for (const path of filesBelow(scene.tier)) assert.ok(statSync(`${scene.tier}/${path}`).blocks < 1024, path);
      await scene.restore("/", `${fs.path}/out`);
      const after = sizes(`${fs.path}/out${scene.source}`);
      assert.deepEqual(Object.keys(after), Object.keys(before));
      for (const [name, { size, blocks }] of Object.entries(after)) {
        assert.equal(size, before[name]?.size);
        assert.ok(blocks <= (before[name]?.blocks ?? 0) + 256, `${name}: ${blocks} blocks`);
      }
    });
  }
}

test("M14: hard links move as one file or not at all, and are links again when they come back", async () => {
  using scene = openMemoryScene({ rule: { exclude: ["*.keep"] } });
  group(scene, ["whole/a", "whole/b", "deep/er/c"]);
  group(scene, ["split/inside", "../outside"]);
  group(scene, ["some/due", "some/excluded.keep"]);
  const plan = await scene.plan();
  assert.deepEqual(plan.due, ["deep/er/c", "whole/a", "whole/b"]);
  assert.deepEqual(plan.kept["linked-elsewhere"], ["some/due", "split/inside"]);
  await scene.run();
  assert.equal(
    new Set(["whole/a", "whole/b", "deep/er/c"].map((path) => inodeOf(`${scene.tier}/jts-1/logs/${path}`))).size,
    1,
  );
  await scene.restore("/", `${scene.path}/out`);
  const out = `${scene.path}/out${scene.source}`;
  assert.equal(statSync(`${out}/whole/a`).nlink, 3);
  assert.deepEqual(
    [inodeOf(`${out}/whole/b`), inodeOf(`${out}/deep/er/c`)],
    [inodeOf(`${out}/whole/a`), inodeOf(`${out}/whole/a`)],
  );
});

test("M14: trouble with one link keeps its whole group", async () => {
  for (const state of ["stage", "verify", "publish"] as const) {
    using scene = openMemoryScene();
    group(scene, ["a", "b", "c"]);
    oldFile(`${scene.source}/other`);
    using open = new DisposableStack();
    const { results } = await scene.run({ after: { [state]: () => open.use(heldOpen(`${scene.source}/b`)) } });
    assert.equal(results.other, "moved");
    assert.deepEqual(filesBelow(scene.source), ["a", "b", "c"], state);
    assert.equal(statSync(`${scene.source}/a`).nlink, 3);
  }
});

test("M14: a new link made meanwhile keeps its whole group", async () => {
  using scene = openMemoryScene();
  group(scene, ["a", "b"]);
  const publish = () => linkSync(`${scene.source}/a`, `${scene.path}/new-link`);
  const { results } = await scene.run({ after: { publish } });
  assert.deepEqual([...new Set(Object.values(results))], ["kept-at-source"]);
  assert.equal(statSync(`${scene.path}/new-link`).nlink, 3);
});

test("M14: a group is one file on a tier without links, too, and links again when it comes back", {
  skip,
}, async () => {
  using dir = scratch("links");
  mkdirSync(`${dir.path}/below`);
  await using fuse = await mountBindfs(`${dir.path}/below`, ["--hide-hard-links"]);
  mkdirSync(`${dir.path}/hot`);
  using scene = openScene({ source: `${dir.path}/hot`, tier: fuse.path });
  group(scene, ["a", "b"]);
  assert.deepEqual((await scene.run()).results, { a: "moved", b: "moved" });
  await scene.restore("/", `${dir.path}/out`);
  assert.equal(statSync(`${dir.path}/out${scene.source}/a`).nlink, 2);
});

test("M14: more links of one file than the tier can hold keep their sources, and all else moves", {
  skip,
}, async () => {
  // Without extref btrfs keeps all links of a file in one small block: some hundreds, fewer the longer their names are.
  const mkfs = ["-O", "^extref", "-n", "4096"];
  for (const compress of ["none", "zstd"] as const) {
    await using tier = await mountLoop({ type: "btrfs", sizeMiB: 128, mkfs });
    using dir = scratch("links");
    using scene = openScene({ source: `${dir.path}/hot`, tier: tier.path, rule: { compress } });
    const many = Array.from({ length: 400 }, (_, index) => `many/${index}`);
    const long = Array.from({ length: 100 }, (_, index) => `long/${"x".repeat(100)}${index}`);
    group(scene, many, logText(compress === "none" ? 10 : 150_000));
    group(scene, long);
    oldFile(`${scene.source}/other`);
    for (let night = 0; night < 2; night++) {
      const { outcomes } = await scene.run();
      const of = (name: string) => outcomes.filter(({ path }) => path.startsWith(name));
      assert.deepEqual(new Set(of("many").map(({ result, code }) => `${result} ${code}`)), new Set(["failed EMLINK"]));
      assert.match(of("many")[0]?.message ?? "", /no more hard links of one file/);
      assert.ok(of("long").every(({ code }) => code === "EMLINK"));
      assert.deepEqual(
        of("other").map(({ result }) => result),
        night === 0 ? ["moved"] : [],
      );
      assert.deepEqual(filesBelow(scene.source), [...long, ...many].toSorted());
    }
  }
});

test("M13, M14, M27: holes and further links take no room", { skip }, async () => {
  await using tier = await mountLoop({ type: "ext4", sizeMiB: 64 });
  using dir = scratch("room");
  using scene = openScene({ source: `${dir.path}/hot`, tier: tier.path });
  const sparse = ["sparse.1", "sparse.2", "sparse.3"];
  for (const path of sparse.map((name) => `${scene.source}/${name}`)) {
    oldFile(path, "a start");
    truncateSync(path, 40 * MiB);
    makeOld(path);
  }
  const many = Array.from({ length: 30 }, (_, index) => `many/${index}`);
  group(scene, many, logText(100_000));
  assert.deepEqual((await scene.plan()).kept, {});
  const { results } = await scene.run();
  assert.deepEqual(new Set(Object.values(results)), new Set(["moved"]));
  for (const name of sparse) assert.equal(statSync(`${tier.path}/jts-1/logs/${name}`).size, 40 * MiB);
});

test("M17: a file larger than the whole tier stays, however sparse it is", { skip }, async () => {
  await using tier = await mountLoop({ type: "ext4", sizeMiB: 32 });
  using dir = scratch("room");
  using scene = openScene({ source: `${dir.path}/hot`, tier: tier.path });
  oldFile(`${scene.source}/sparse`, "a start");
  truncateSync(`${scene.source}/sparse`, 2 ** 40);
  makeOld(`${scene.source}/sparse`);
  assert.deepEqual((await scene.plan()).kept, { "no-room": ["sparse"] });
});

test("M14, M27: on a tier without links each of them takes room, and a run sees that before it begins", {
  skip,
}, async () => {
  await using real = await mountLoop({ type: "ext4", sizeMiB: 64 });
  await using fuse = await mountBindfs(real.path, ["--hide-hard-links"]);
  using dir = scratch("room");
  using scene = openScene({ source: `${dir.path}/hot`, tier: fuse.path });
  const many = Array.from({ length: 30 }, (_, index) => `${index}`);
  group(scene, many, logText(100_000));
  const { results } = await scene.run();
  assert.deepEqual(new Set(Object.values(results)), new Set(["no-room"]));
  assert.deepEqual(filesBelow(scene.source).length, 30);
});

/** Old hard links of one file. */
function group(scene: Pick<Scene, "source">, [first = "", ...others]: readonly string[], text = first): void {
  oldFile(`${scene.source}/${first}`, text);
  for (const other of others) {
    mkdirSync(dirname(`${scene.source}/${other}`), { recursive: true });
    linkSync(`${scene.source}/${first}`, `${scene.source}/${other}`);
  }
}

function patch(path: string, at: number, text: string): void {
  execFileSync("dd", [`of=${path}`, `seek=${at}`, "oflag=seek_bytes", "conv=notrunc", "status=none"], { input: text });
}

function sizes(root: string): Record<string, { readonly size: number; readonly blocks: number }> {
  const list = filesBelow(root).map((path) => {
    execFileSync("sync", ["-f", `${root}/${path}`]);
    const { size, blocks } = statSync(`${root}/${path}`);
    return [path, { size, blocks }] as const;
  });
  return Object.fromEntries(list);
}

function inodeOf(path: string): number {
  return statSync(path).ino;
}
