import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { TierFailure } from "../../../src/moves/failure.ts";
import { mountLoop, needsRoot } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { mountTmpfs } from "../../support/tmpfs-mount.ts";
import { contentBelow, filesBelow, logText, oldFile, stagedBelow } from "./files.ts";
import { openMemoryScene, openScene, type Scene } from "./scene.ts";

const skip = needsRoot;
const bigText = logText(200_000);
const MiB = 2 ** 20;

test("M1: at the instant of each unlink the whole copy lies under its name and is journalled", async () => {
  using scene = openMemoryScene();
  const names = ["a", "b", "deep/c", "deep/d"];
  for (const name of names) oldFile(`${scene.source}/${name}`, `content of ${name}`);
  const log = `${scene.path}/unlinks`;
  const catalog = `${scene.stateDir}/catalog.db`;
  await scene.run({ hook: { kind: "look-before-unlink", log, catalog, tier: scene.tier } });
  const seen = readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => line.startsWith(scene.source));
  const expected = names.map((name) => `${scene.source}/${name} placed: content of ${name}`);
  assert.deepEqual(seen.toSorted(), expected);
});

test("M8: while a file is being copied nothing of it is visible under any name", async () => {
  using scene = openMemoryScene({ rule: { compress: "zstd" } });
  oldFile(`${scene.source}/big.1`, bigText);
  const seen: (readonly string[])[] = [];
  const look = () => seen.push(filesBelow(scene.tier));
  await scene.run({ progress: look, after: { stage: look, verify: look } });
  assert.ok(seen.length > 3);
  assert.deepEqual(seen.flat(), []);
  assert.deepEqual(filesBelow(scene.tier), ["jts-1/logs/big.1.zst"]);
});

test("M9: only what the journal names is removed; names that look like leftovers stay", async () => {
  using scene = openMemoryScene();
  const strangers = [
    ".tierkeep/staging/20200101T000000Z-dead/logs/1",
    ".tierkeep/staging/1",
    ".catalog.sqlite",
    "jts-1/logs/1.tmp",
    "jts-1/logs/.a.tierkeep",
    "other-host/logs/a",
  ];
  for (const path of strangers) oldFile(`${scene.tier}/${path}`, "a stranger's");
  oldFile(`${scene.source}/a`);
  await scene.run();
  for (const path of strangers) assert.equal(readFileSync(`${scene.tier}/${path}`, "utf8"), "a stranger's");
  assert.deepEqual(stagedBelow(scene.tier), ["1", "20200101T000000Z-dead/logs/1"], "and nothing of ours");
});

test("M11: an error that only the sync tells drops the batch; nothing is published, every source stays", {
  skip,
}, async () => {
  // A sparse image on a file system that is too small: its writes fail when they are written back, not before.
  await using small = await mountTmpfs({ sizeMiB: 12 });
  writeFileSync(`${small.path}/image`, "");
  execFileSync("truncate", ["-s", "64M", `${small.path}/image`]);
  execFileSync("mkfs.ext4", ["-q", "-F", "-E", "nodiscard", `${small.path}/image`], { env: withSbin });
  mkdirSync(`${small.path}/mnt`);
  execFileSync("mount", ["-o", "loop", `${small.path}/image`, `${small.path}/mnt`]);
  try {
    using dir = scratch("sync");
    for (const index of [1, 2, 3, 4, 5, 6]) oldFile(`${dir.path}/hot/file.${index}`, randomBytes(4 * MiB));
    const before = contentBelow(`${dir.path}/hot`);
    using scene = openScene({ source: `${dir.path}/hot`, tier: `${small.path}/mnt` });
    await assert.rejects(scene.run(), (error) => error instanceof TierFailure && /^E(IO|NOSPC|ROFS)/.test(error.code));
    assert.deepEqual(contentBelow(`${dir.path}/hot`), before);
    assert.deepEqual([filesBelow(scene.tier).filter((path) => path !== "lost+found"), scene.placements()], [[], []]);
  } finally {
    execFileSync("umount", [`${small.path}/mnt`]);
  }
});

for (const [id, what, how] of [
  ["M12: a copy of the right size with nothing at its end", "none", "zero-tail"],
  ["M18: a compressed copy with one other bit", "zstd", "flip-byte"],
  ["M18: a compressed copy that lacks its last byte", "gzip", "cut"],
] as const) {
  test(`${id} is found when it is read back; the source stays`, async () => {
    using scene = openMemoryScene({ rule: { compress: what } });
    oldFile(`${scene.source}/a.1`, logText(2_000));
    const { outcomes } = await scene.run({ hook: { kind: "spoil-staged", how } });
    assert.deepEqual(
      outcomes.map(({ result, code }) => [result, code]),
      [["failed", "READ_BACK"]],
    );
    assert.deepEqual(filesBelow(scene.source), ["a.1"]);
    assert.deepEqual([filesBelow(scene.tier), stagedBelow(scene.tier), scene.placements()], [[], [], []]);
    const second = await scene.run();
    assert.deepEqual(second.results, { "a.1": "moved" }, "the next run makes it good");
  });
}

test("M18: a staged copy is 0600 from its birth, in directories that are 0700", async () => {
  using scene = openMemoryScene({ rule: { compress: "zstd" } });
  oldFile(`${scene.source}/big.1`, bigText);
  const modes = new Set<string>();
  const progress = () => {
    for (const path of stagedBelow(scene.tier)) modes.add(modeOf(`${scene.tier}/.tierkeep/staging/${path}`));
    for (const path of ["", "/staging"]) modes.add(modeOf(`${scene.tier}/.tierkeep${path}`));
  };
  await scene.run({ progress });
  assert.deepEqual([...modes].toSorted(), ["600", "700"]);
  assert.equal(modeOf(`${scene.tier}/jts-1/logs/big.1.zst`), "644", "published, it is what its source was");
});

for (const size of ["small", "big"] as const) {
  test(`M19: a compressor that gives back other content is found out; the source stays (${size} file)`, async () => {
    using scene = openMemoryScene({ rule: { compress: "zstd" } });
    oldFile(`${scene.source}/a.1`, size === "big" ? bigText : logText(1_000));
    const { outcomes } = await scene.run({ hook: { kind: "lying-compressor" } });
    assert.match(outcomes[0]?.message ?? "", /decompresses to other content/);
    assert.deepEqual([filesBelow(scene.source), filesBelow(scene.tier), stagedBelow(scene.tier)], [["a.1"], [], []]);
  });
}

test("M27: what does not fit beside the reserve stays, oldest first goes, and the end is visible", {
  skip,
}, async () => {
  await using small = await mountTmpfs({ sizeMiB: 20 });
  using dir = scratch("room");
  for (const index of [1, 2, 3, 4, 5, 6]) oldFile(`${dir.path}/hot/${index}`, randomBytes(4 * MiB), 40 - index);
  using scene = openScene({ source: `${dir.path}/hot`, tier: small.path });
  const plan = await scene.plan();
  assert.deepEqual(
    [plan.due, plan.kept["no-room"]],
    [
      ["1", "2", "3", "4"],
      ["5", "6"],
    ],
  );
  await scene.run();
  assert.deepEqual(filesBelow(`${dir.path}/hot`), ["5", "6"]);
  assert.ok(freeRatio(small.path) >= 0.05);
});

test("M27: inodes are room, too", { skip }, async () => {
  await using small = await mountTmpfs({ sizeMiB: 8, inodes: 60 });
  using dir = scratch("room");
  for (let index = 0; index < 100; index++) oldFile(`${dir.path}/hot/${index}`, "x");
  using scene = openScene({ source: `${dir.path}/hot`, tier: small.path });
  const { results } = await scene.run();
  assert.deepEqual([...new Set(Object.values(results))], ["no-room"]);
  assert.equal(filesBelow(`${dir.path}/hot`).length, 100);
});

test("M27: filled up by others half-way, the tier keeps no half file and every source stays", { skip }, async () => {
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 48 });
  using dir = scratch("room");
  for (const index of [1, 2, 3, 4]) oldFile(`${dir.path}/hot/${index}`, randomBytes(4 * MiB));
  const before = contentBelow(`${dir.path}/hot`);
  using scene = openScene({ source: `${dir.path}/hot`, tier: fs.path });
  const fill = () =>
    execFileSync("sh", ["-c", `head -c 100M /dev/zero > '${fs.path}/other' || true`], { stdio: "ignore" });
  await assert.rejects(scene.run({ after: { stage: fill } }), { code: "ENOSPC" });
  assert.deepEqual(contentBelow(`${dir.path}/hot`), before);
  assert.deepEqual([filesBelow(fs.path), stagedBelow(fs.path)], [["other"], []]);
  rmSync(`${fs.path}/other`);
  const second = await scene.run();
  assert.deepEqual(Object.values(second.results), ["moved", "moved", "moved", "moved"]);
});

for (const state of ["verify", "publish"] as const) {
  test(`M30: a run that dies after "${state}" is finished by the next: each file once, no orphan`, async () => {
    using scene = openMemoryScene();
    for (const name of ["a", "b", "c"]) oldFile(`${scene.source}/${name}`, name);
    await assert.rejects(scene.run({ after: { [state]: die } }), /died here/);
    await checkFinished(scene);
  });
}

test("M30: a run that dies after publishing and before its journal says so leaves no orphan", async () => {
  using scene = openMemoryScene();
  for (const name of ["a", "b", "c"]) oldFile(`${scene.source}/${name}`, name);
  await assert.rejects(scene.run({ before: { publish: die } }), /died here/);
  assert.deepEqual(filesBelow(scene.tier).length, 3, "published");
  assert.deepEqual(scene.placements(), [], "and nobody knows yet");
  await checkFinished(scene);
});

test("M30: a run that dies while it stages leaves nothing, and what it staged is dropped", async () => {
  using scene = openMemoryScene();
  for (const name of ["a", "b", "c"]) oldFile(`${scene.source}/${name}`, name);
  await assert.rejects(scene.run({ after: { stage: die } }), /died here/);
  const { recovered, results } = await scene.run();
  assert.equal(recovered.finished, 0);
  assert.deepEqual(results, { a: "moved", b: "moved", c: "moved" });
  assert.deepEqual(stagedBelow(scene.tier), []);
});

async function checkFinished(scene: Scene): Promise<void> {
  const { recovered, outcomes } = await scene.run();
  assert.deepEqual([recovered.finished, recovered.dropped, outcomes], [3, 0, []]);
  assert.deepEqual(filesBelow(scene.source), []);
  assert.deepEqual(filesBelow(scene.tier), ["jts-1/logs/a", "jts-1/logs/b", "jts-1/logs/c"]);
  assert.deepEqual(stagedBelow(scene.tier), []);
  const stored = scene.placements().map(({ storedAs, state }) => `${storedAs} ${state}`);
  assert.deepEqual(stored, ["jts-1/logs/a stored", "jts-1/logs/b stored", "jts-1/logs/c stored"]);
}

function die(): never {
  throw new Error("died here");
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o7777).toString(8);
}

function freeRatio(path: string): number {
  const { bavail, blocks } = statfsSync(path);
  return bavail / blocks;
}

const withSbin = { ...process.env, PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin` };
