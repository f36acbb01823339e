import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, truncateSync } from "node:fs";
import { test } from "node:test";
import { mountBindfs } from "../../support/bindfs.ts";
import { mountLoop, needsRoot } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { filesBelow, makeOld, oldFile } from "../moves/files.ts";
import { openMemoryScene, openScene } from "../moves/scene.ts";

const skip = needsRoot;

test("M17: times and sizes that no number holds keep their file, and the others go", { skip }, async () => {
  await using hot = await mountLoop({ type: "btrfs", sizeMiB: 128 });
  using tier = scratch("odd-sources");
  using scene = openScene({ source: hot.path, tier: tier.path });
  for (const name of ["fine.1", "from-1601.1", "8-exbibytes.1", "5-exbibytes.1"]) oldFile(`${hot.path}/${name}`);
  // Where time begins for Windows; and together the sizes are more than 64 bits.
  execFileSync("touch", ["-d", "1601-01-01", `${hot.path}/from-1601.1`]);
  execFileSync("truncate", ["-s", "9223372036854775807", `${hot.path}/8-exbibytes.1`]);
  execFileSync("truncate", ["-s", "5E", `${hot.path}/5-exbibytes.1`]);
  for (const name of ["8-exbibytes.1", "5-exbibytes.1"]) makeOld(`${hot.path}/${name}`);
  const { kept } = await scene.plan();
  assert.deepEqual(kept, { unreadable: ["from-1601.1"], "no-room": ["5-exbibytes.1", "8-exbibytes.1"] });
  assert.deepEqual((await scene.run()).results, { "fine.1": "moved" });
});

test("M17: sparse files whose sizes add up to more than 64 bits are planned without a crash", { skip }, async () => {
  await using hot = await mountLoop({ type: "xfs", sizeMiB: 64 });
  using tier = scratch("odd-sources");
  using scene = openScene({ source: hot.path, tier: tier.path });
  const names = Array.from({ length: 1_100 }, (_, index) => `${String(index).padStart(4, "0")}.1`);
  for (const name of names) {
    oldFile(`${hot.path}/${name}`, "");
    truncateSync(`${hot.path}/${name}`, Number.MAX_SAFE_INTEGER);
    makeOld(`${hot.path}/${name}`);
  }
  assert.deepEqual((await scene.plan()).kept["no-room"]?.length, names.length);
});

test("M25: a file that is a mount of its own stays", { skip }, async () => {
  using scene = openMemoryScene();
  oldFile(`${scene.source}/mounted.1`);
  oldFile(`${scene.path}/elsewhere`);
  execFileSync("mount", ["--bind", `${scene.path}/elsewhere`, `${scene.source}/mounted.1`]);
  try {
    assert.deepEqual((await scene.plan()).kept, { "other-file-system": ["mounted.1"] });
  } finally {
    execFileSync("umount", [`${scene.source}/mounted.1`]);
  }
});

test("M2: a stored file, met again through a union or FUSE, is never unlinked as its own copy", { skip }, async () => {
  using scene = openMemoryScene({ rule: { settledForGiven: true } });
  oldFile(`${scene.source}/a.1`, "the only copy");
  await scene.run();
  const stored = `${scene.tier}/jts-1/logs/a.1`;
  await using view = await mountBindfs(`${scene.tier}/jts-1/logs`);
  const { results } = await scene.run({ rule: { sourcePath: view.path } });
  assert.deepEqual(results, { "a.1": "name-taken" });
  assert.equal(readFileSync(stored, "utf8"), "the only copy");
});

test("M2: a source in which the tier itself is met, through FUSE, is refused", { skip }, async () => {
  using scene = openMemoryScene({ rule: { settledForGiven: true } });
  oldFile(`${scene.source}/a.1`);
  await scene.run();
  await using view = await mountBindfs(scene.path);
  assert.equal((await scene.plan({ rule: { sourcePath: view.path } })).refusal, "same-tree");
  assert.ok(existsSync(`${scene.tier}/jts-1/logs/a.1`));
  assert.deepEqual(filesBelow(scene.source), []);
});
