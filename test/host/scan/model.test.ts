import assert from "node:assert/strict";
import { linkSync, mkdirSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { openScanIndex } from "../../../src/catalog/scan-index.ts";
import { type LoopType, mountLoop, needsRoot } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { runsAll, seeded } from "../../support/seeded.ts";
import { mountTmpfs } from "../../support/tmpfs-mount.ts";
import type { Forgotten } from "./known-tree.ts";
import { runModel } from "./model.ts";
import { dueAge, scanOnce } from "./scan-once.ts";

const types = ["tmpfs", "ext4", "xfs", "btrfs"] as const;
const { seed } = seeded();

for (const type of types) {
  test(`a plan through the index is the full one, whatever happened to the tree, on ${type}`, {
    skip: needsRoot,
  }, async () => {
    await using fs = await mount(type);
    const times = runsAll ? 10 : 1;
    for (const request of [
      { clock: "ahead", scans: 60 * times, operationsEach: 25 },
      { clock: "real", scans: 100 * times, operationsEach: 2 },
    ] as const) {
      mkdirSync(`${fs.path}/${request.clock}`);
      const result = await runModel({ path: `${fs.path}/${request.clock}`, seed, ...request });
      assert.equal(result.difference, undefined);
      assert.equal(result.operations, request.scans * request.operationsEach);
    }
  });
}

for (const forgotten of ["ctime", "inode", "due date", "youth"] as const satisfies readonly Forgotten[]) {
  test(`the check notices when the index forgets: ${forgotten}`, { skip: needsRoot }, async () => {
    await using fs = await mount("tmpfs");
    const { difference } = await runModel({
      path: fs.path,
      seed,
      clock: "ahead",
      scans: 400,
      operationsEach: 25,
      forgotten,
    });
    assert.match(difference ?? "none", /missed \w/);
  });
}

test("a change in the same tick of the clock as the look before is seen, and not without rule 2", {
  skip: needsRoot,
}, async () => {
  await using fs = await mount("tmpfs");
  assert.equal(await lookWithinOneTick(`${fs.path}/real`, { rounds: 300, aheadMs: 0 }), 0);
  // A clock that is ahead makes each look seem to be long after the change.
  assert.notEqual(await lookWithinOneTick(`${fs.path}/ahead`, { rounds: 3_000, aheadMs: 10_000 }), 0);
});

/** How many files were missed that were linked into a directory right after a look at it. */
async function lookWithinOneTick(
  path: string,
  { rounds, aheadMs }: { rounds: number; aheadMs: number },
): Promise<number> {
  using state = scratch("scan-index");
  using index = openScanIndex(state.path);
  const now = () => Date.now() + aheadMs;
  const root = `${path}/tree`;
  mkdirSync(`${root}/d`, { recursive: true });
  // Outside the tree, so that no look at it makes the kernel's clock finer for it.
  writeFileSync(`${path}/due`, "");
  utimesSync(`${path}/due`, now() / 1000, (now() - 2 * dueAge) / 1000);
  let missed = 0;
  for (let round = 0; round < rounds && (missed === 0 || aheadMs === 0); round++) {
    writeFileSync(`${root}/d/new`, "");
    unlinkSync(`${root}/d/new`);
    await scanOnce(root, index, { nowMs: now(), now });
    linkSync(`${path}/due`, `${root}/d/linked`);
    const { due } = await scanOnce(root, index, { nowMs: now(), now });
    if (!due.includes("d/linked")) missed += 1;
    unlinkSync(`${root}/d/linked`);
  }
  return missed;
}

function mount(type: LoopType | "tmpfs"): Promise<AsyncDisposable & { readonly path: string }> {
  return type === "tmpfs" ? mountTmpfs({ sizeMiB: 32 }) : mountLoop({ type, sizeMiB: type === "btrfs" ? 128 : 64 });
}
