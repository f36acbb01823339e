import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { openScanIndex } from "../../../src/catalog/scan-index.ts";
import { mountBindfs } from "../../support/bindfs.ts";
import { mountLoop, needsRoot, unmountAll } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { mountTmpfs } from "../../support/tmpfs-mount.ts";
import { type ScannedOnce, scanOnce } from "./scan-once.ts";

test("a tree that tells of its changes is passed over once it is known", { skip: needsRoot }, async () => {
  await using fs = await mountTmpfs({ sizeMiB: 16 });
  using scans = openScans();
  plantTree(fs.path);
  assert.equal((await scans.scan(fs.path)).keptAsOfMs, undefined);
  const again = await scans.scan(fs.path);
  assert.deepEqual([again.due, again.kept.get("too-young")?.count], [["e/due"], 2]);
  assert.notEqual(again.keptAsOfMs, undefined);
});

test("FUSE is read in full at each scan, since its directories need not tell of changes", {
  skip: needsRoot,
}, async () => {
  await using fs = await mountTmpfs({ sizeMiB: 16 });
  using scans = openScans();
  plantTree(fs.path);
  await using fuse = await mountBindfs(fs.path);
  for (let scan = 0; scan < 3; scan++) assert.equal((await scans.scan(fuse.path)).keptAsOfMs, undefined);
});

test("overlayfs is read in full at each scan", { skip: needsRoot }, async () => {
  await using fs = await mountTmpfs({ sizeMiB: 16 });
  using scans = openScans();
  plantTree(`${fs.path}/low`);
  for (const name of ["up", "work", "merged"]) mkdirSync(`${fs.path}/${name}`);
  const layers = `lowerdir=${fs.path}/low,upperdir=${fs.path}/up,workdir=${fs.path}/work`;
  execFileSync("mount", ["-t", "overlay", "overlay", "-o", layers, `${fs.path}/merged`]);
  try {
    for (let scan = 0; scan < 3; scan++) {
      const { due, keptAsOfMs } = await scans.scan(`${fs.path}/merged`);
      assert.deepEqual([due, keptAsOfMs], [["e/due"], undefined]);
    }
  } finally {
    unmountAll(`${fs.path}/merged`);
  }
});

test("a tree that was rolled back below the index is read in full", { skip: needsRoot }, async () => {
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 16 });
  using scans = openScans();
  using copy = scratch("image");
  plantTree(fs.path);
  const device = statSync(fs.path).dev;
  fs.unmount();
  copyFileSync(fs.image, `${copy.path}/image`);
  fs.remount();
  renameSync(`${fs.path}/e/due`, `${fs.path}/d/due`);
  rmSync(`${fs.path}/e`, { recursive: true });
  assert.deepEqual((await scans.scan(fs.path)).due, ["d/due"]);
  fs.unmount();
  copyFileSync(`${copy.path}/image`, fs.image);
  fs.remount();
  const { due, keptAsOfMs, isRolledBack } = await scans.scan(fs.path);
  assert.deepEqual([due, keptAsOfMs], [["e/due"], undefined]);
  // On another loop device it is another tree, anyway.
  assert.equal(isRolledBack, statSync(fs.path).dev === device);
});

test("a mount on a file has all read, although it changes no directory", { skip: needsRoot }, async () => {
  await using fs = await mountTmpfs({ sizeMiB: 16 });
  using scans = openScans();
  plantTree(fs.path);
  await scans.scan(fs.path);
  execFileSync("mount", ["--bind", `${fs.path}/e/due`, `${fs.path}/d/young`]);
  try {
    const { kept, keptAsOfMs } = await scans.scan(fs.path);
    assert.deepEqual([kept.get("other-file-system")?.examples, keptAsOfMs], [["d/young"], undefined]);
    assert.notEqual((await scans.scan(fs.path)).keptAsOfMs, undefined);
  } finally {
    unmountAll(`${fs.path}/d/young`);
  }
  assert.equal((await scans.scan(fs.path)).keptAsOfMs, undefined);
});

interface Scans extends Disposable {
  readonly scan: (root: string) => Promise<ScannedOnce>;
}

/** Scans through one index, each three seconds after the one before, so that directories have settled. */
function openScans(): Scans {
  const state = scratch("scan-index");
  const index = openScanIndex(state.path);
  let aheadMs = 0;
  return {
    scan: (root) => {
      aheadMs += 3_000;
      const now = () => Date.now() + aheadMs;
      return scanOnce(root, index, { nowMs: now(), now });
    },
    [Symbol.dispose]: () => {
      index[Symbol.dispose]();
      state[Symbol.dispose]();
    },
  };
}

/** Two files that are young for the rule, though older than a day, and one that is due. */
function plantTree(root: string): void {
  const now = Date.now() / 1000;
  for (const [path, days] of [
    ["d/young", 3],
    ["d/f/young", 4],
    ["e/due", 30],
  ] as const) {
    mkdirSync(dirname(`${root}/${path}`), { recursive: true });
    writeFileSync(`${root}/${path}`, path);
    utimesSync(`${root}/${path}`, now, now - days * 86_400);
  }
}
