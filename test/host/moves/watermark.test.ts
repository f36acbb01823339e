import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { statfsSync } from "node:fs";
import { test } from "node:test";
import { mountLoop } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { mountTmpfs } from "../../support/tmpfs-mount.ts";
import { oldFile } from "./files.ts";
import { openScene } from "./scene.ts";

const mebibyte = 2 ** 20;

function fill(root: string, count: number): void {
  for (let index = 0; index < count; index++) oldFile(`${root}/${index}`, Buffer.alloc(mebibyte, index), 100 - index);
}

function usedPercent(path: string): number {
  const { blocks, bfree, bavail } = statfsSync(path);
  return (100 * (blocks - bfree)) / (blocks - bfree + bavail);
}

test("a watermark moves the oldest, only as much as is needed, and the plan says so; then nothing, without a look", async () => {
  await using hot = await mountTmpfs({ sizeMiB: 20 });
  using warm = scratch("warm");
  fill(hot.path, 16);
  const rule = { whenAbove: 0.7, untilBelow: 0.5, olderThanMs: 0 };
  using scene = openScene({ source: hot.path, tier: warm.path, rule });
  const plan = await scene.plan();
  assert.deepEqual(plan.due, ["0", "1", "2", "3", "4", "5"]);
  assert.equal(plan.kept["not-needed"]?.length, 10);
  assert.match(plan.notes.join(), /would free 6\.0 MiB on .*: 80 % to 50 %; 50 % is enough/);
  assert.equal((await scene.run()).concern, undefined);
  assert.ok(usedPercent(hot.path) <= 50);
  const after = await scene.plan();
  assert.deepEqual([after.due, after.kept], [[], {}], "it did not even look");
  assert.match(after.notes.join(), /is 50 % full: nothing moves while it is not above 70 %/);
});

test("a watermark that cannot be reached says how far it gets and what stops it", async () => {
  await using hot = await mountTmpfs({ sizeMiB: 20 });
  using warm = scratch("warm");
  fill(hot.path, 16);
  const rule = { whenAbove: 0.7, untilBelow: 0.1, olderThanMs: 97.5 * 86_400_000 };
  using scene = openScene({ source: hot.path, tier: warm.path, rule });
  assert.match((await scene.plan()).notes.join(), /80 % to 65 %, not 10 %: nothing more is old enough/);
  const maxMove = { files: 2, bytes: undefined };
  const capped = await scene.plan({ rule: { ...rule, olderThanMs: 0, maxMove } });
  assert.deepEqual(capped.due, ["0", "1"]);
  assert.match(capped.notes.join(), /80 % to 70 %, not 10 %: max_move lets one run move no more/);
});

test("D19: on btrfs with a snapshot nothing gets free: it is said, and no run takes more than its plan", async () => {
  await using hot = await mountLoop({ type: "btrfs", sizeMiB: 256 });
  using warm = scratch("warm");
  execFileSync("btrfs", ["-q", "subvolume", "create", `${hot.path}/data`]);
  fill(`${hot.path}/data`, 48);
  execFileSync("btrfs", ["-q", "subvolume", "snapshot", "-r", `${hot.path}/data`, `${hot.path}/kept`]);
  execFileSync("sync", ["-f", hot.path]);
  const used = usedPercent(hot.path) / 100;
  const rule = { whenAbove: used - 0.05, untilBelow: used - 0.1, olderThanMs: 0 };
  using scene = openScene({ source: `${hot.path}/data`, tier: warm.path, rule });
  const { due } = await scene.plan();
  assert.ok(due.length > 0 && due.length < 30, `${due.length}`);
  const run = await scene.run();
  assert.deepEqual(Object.keys(run.results).toSorted(), due);
  assert.equal(run.concern?.guard, "space-not-freed");
  assert.match(run.concern?.message ?? "", /more room, where .* were counted on/);
  execFileSync("btrfs", ["-q", "subvolume", "delete", `${hot.path}/kept`]);
});

test("max_move takes the oldest; a file larger than it goes alone", async () => {
  await using hot = await mountTmpfs({ sizeMiB: 20 });
  using warm = scratch("warm");
  oldFile(`${hot.path}/large`, Buffer.alloc(4 * mebibyte), 50);
  fill(hot.path, 4);
  using scene = openScene({
    source: hot.path,
    tier: warm.path,
    rule: { maxMove: { files: undefined, bytes: 2 * mebibyte } },
  });
  const first = await scene.plan();
  assert.deepEqual(
    [first.due, first.kept["over-cap"]],
    [
      ["0", "1"],
      ["2", "3", "large"],
    ],
  );
  await scene.run();
  await scene.run();
  assert.deepEqual((await scene.run()).results, { large: "moved" });
});
