import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
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

/**
 * By mtime, which can be set back; and by all four, which come due as the clock goes on. There the kernel's clock stays
 * behind the model's, so no stamp may be its doing that takes the place of a later one: a write would make a file older.
 */
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
        hasFuture: name === "mtime",
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

/** The kernel would stamp accesses by its own clock, which is behind the model's: a file that is read would grow older. */
async function mount(type: LoopType | "tmpfs"): Promise<AsyncDisposable & { readonly path: string }> {
  const sizeMiB = type === "btrfs" ? 128 : 64;
  const mounted = await (type === "tmpfs" ? mountTmpfs({ sizeMiB }) : mountLoop({ type, sizeMiB }));
  execFileSync("mount", ["-o", "remount,noatime", mounted.path]);
  return mounted;
}
