import assert from "node:assert/strict";
import { linkSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { test } from "node:test";
import { type OpenScanIndex, openScanIndex } from "../../../src/catalog/scan-index.ts";
import { bytesOf, rawPath } from "../../../src/lib/raw-path.ts";
import { mountLoop, needsRoot } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { runsAll, seeded } from "../../support/seeded.ts";
import { mountTmpfs } from "../../support/tmpfs-mount.ts";
import { listTree } from "./listed.ts";
import { runModel } from "./model.ts";
import { dueAge } from "./scan-once.ts";
import { openSetLooks } from "./sets-once.ts";

const { seed, pick } = seeded();
const dayMs = 86_400_000;

for (const type of ["tmpfs", "ext4", "xfs", "btrfs"] as const) {
  test(`a plan of sets through the index is the full one, whatever happened to them, on ${type}`, {
    skip: needsRoot,
  }, async () => {
    await using fs = await (type === "tmpfs"
      ? mountTmpfs({ sizeMiB: 32 })
      : mountLoop({ type, sizeMiB: type === "btrfs" ? 128 : 64 }));
    const scans = 30 * (runsAll ? 10 : 1);
    for (const [name, rule] of Object.entries({ mtime: {}, used: { ageBy: ["atime", "mtime"] } } as const)) {
      using looks = openSetLooks(rule);
      const path = `${fs.path}/${name}`;
      mkdirSync(path);
      const { difference } = await runModel({ path, seed, clock: "ahead", scans, operationsEach: 25, looks });
      assert.equal(difference, undefined);
      assert.ok(looks.seen.due >= 10 && looks.seen.young >= 100, JSON.stringify(looks.seen));
    }
  });
}

test("whatever the index says of sets, the plan is the full one", { skip: needsRoot }, async () => {
  await using fs = await mountTmpfs({ sizeMiB: 32 });
  using looks = openSetLooks();
  const wrap = (index: OpenScanIndex, root: string) => lying(index, root);
  const scans = 60 * (runsAll ? 10 : 1);
  const request = { path: fs.path, seed, clock: "ahead", scans, operationsEach: 25, looks, wrap } as const;
  assert.equal((await runModel(request)).difference, undefined);
  assert.ok(looks.seen.due >= 10, JSON.stringify(looks.seen));
});

/** Names for each set any file of its own, or of the whole tree, as if that kept the set. */
function lying(index: OpenScanIndex, root: string): OpenScanIndex {
  const anyFile = (entry: string) => {
    const all = listTree(root).files;
    const files = pick([all, all.filter((path) => path.startsWith(`${root}/${entry}/`))]);
    return files.length === 0 ? undefined : bytesOf(rawPath(relative(`${root}/${entry}`, pick(files))));
  };
  return { ...index, openTree: (id) => ({ ...index.openTree(id), read: anyFile }) };
}

test("a night on which nothing changed looks at one file of each set that waits", async () => {
  using place = scratch("sets-nights");
  using index = openScanIndex(place.path);
  using looks = openSetLooks();
  const root = `${place.path}/tree`;
  // Past all that this test does to the tree.
  const nowMs = Date.now() + 60_000;
  for (const set of ["one", "two", "three"])
    for (const part of ["a", "b/c", "d"])
      for (const [name, days] of Object.entries({ old: 30, older: 40, oldest: 50 }))
        file(`${root}/${set}/${part}/${name}`, days);
  for (const path of ["one/a/young", "two/b/c/young"]) file(`${root}/${path}`, 1);
  const night = async (days: number) => {
    const atMs = nowMs + days * dayMs;
    const { due, stays, walked } = await looks.look(root, index, { nowMs: atMs, now: () => atMs });
    return { due: due.map((each) => each.split(" ")[0]), stays, walked };
  };
  const first = await night(0);
  assert.deepEqual([first.due, first.stays], [["three"], 2]);
  for (const days of [0, 1, dueAge / dayMs - 2]) assert.deepEqual(await night(days), { ...first, walked: 9 });
  // What kept it is gone, changed places, or is somebody else's file: the set is walked.
  renameSync(`${root}/one/a/young`, `${root}/one/d/young`);
  assert.deepEqual((await night(0)).due, ["three"]);
  linkSync(`${root}/one/d/young`, `${root}/three/young`);
  assert.deepEqual((await night(0)).due, []);
  rmSync(`${root}/three/young`);
  renameSync(`${root}/one/d/young`, `${root}/young`);
  assert.deepEqual((await night(0)).due, ["one", "three"]);
  rmSync(`${root}/two/b/c/young`);
  mkdirSync(`${root}/two/b/c/young`);
  assert.deepEqual((await night(0)).due, ["one", "three", "two"], "a directory of that name keeps nothing");
  rmSync(`${root}/two/b/c/young`, { recursive: true });
  file(`${root}/two/b/c/young`, 1);
  assert.deepEqual((await night(0)).due, ["one", "three"]);
  file(`${root}/two/b/c/young`, 30);
  assert.deepEqual((await night(0)).due, ["one", "three", "two"], "touched back, and due at once");
  assert.deepEqual(readdirSync(root).length, 4);
});

function file(path: string, days: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, path);
  const now = Date.now() / 1000;
  utimesSync(path, now, now - days * 86_400);
}
