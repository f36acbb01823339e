import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import { type LoopType, mountLoop, needsRoot } from "../../support/loop-mount.ts";
import { runsAll, seeded } from "../../support/seeded.ts";
import { mountTmpfs } from "../../support/tmpfs-mount.ts";
import { openCleanLooks } from "./clean-once.ts";
import type { Forgotten } from "./known-tree.ts";
import { runModel } from "./model.ts";

const types = ["tmpfs", "ext4", "xfs", "btrfs"] as const;
const { seed } = seeded();

/** By mtime, which can be set back; and by all four, which come due as the clock goes on. */
const rules = { mtime: {}, all: { ageBy: ["atime", "mtime", "ctime", "btime"], olderThanMs: 20_000 } } as const;

for (const type of types) {
  test(`a plan of clean through the index is the full one, whatever happened to the tree, on ${type}`, {
    skip: needsRoot,
  }, async () => {
    await using fs = await mount(type);
    const times = runsAll ? 10 : 1;
    for (const [name, rule] of Object.entries(rules)) {
      using looks = openCleanLooks(rule);
      const path = `${fs.path}/${name}`;
      mkdirSync(path);
      const { difference } = await runModel({
        path,
        seed,
        clock: "ahead",
        scans: 30 * times,
        operationsEach: 25,
        looks,
      });
      assert.equal(difference, undefined);
    }
  });
}

for (const forgotten of ["ctime", "due date", "youth"] as const satisfies readonly Forgotten[]) {
  test(`the check of clean notices when the index forgets: ${forgotten}`, { skip: needsRoot }, async () => {
    await using fs = await mount("tmpfs");
    using looks = openCleanLooks();
    const path = fs.path;
    const { difference } = await runModel({
      path,
      seed,
      clock: "ahead",
      scans: 400,
      operationsEach: 25,
      forgotten,
      looks,
    });
    assert.match(difference ?? "none", /missed \w|counted/);
  });
}

function mount(type: LoopType | "tmpfs"): Promise<AsyncDisposable & { readonly path: string }> {
  return type === "tmpfs" ? mountTmpfs({ sizeMiB: 32 }) : mountLoop({ type, sizeMiB: type === "btrfs" ? 128 : 64 });
}
