import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { statSync, utimesSync } from "node:fs";
import { test } from "node:test";
import { scratch } from "../../support/scratch.ts";
import { mountTmpfs } from "../../support/tmpfs-mount.ts";
import { oldFile } from "./files.ts";
import { openMemoryScene, openScene } from "./scene.ts";

const dayMs = 86_400_000;
const unused = { ageBy: ["mtime", "atime"], olderThanMs: 7 * dayMs } as const;
const daysAgo = (days: number) => new Date(Date.now() - days * dayMs);

test("unused_for: what was read lately stays, what was neither read nor written for a while goes", async () => {
  using scene = openMemoryScene({ rule: unused });
  for (const name of ["read", "written", "neither"]) oldFile(`${scene.source}/${name}`);
  utimesSync(`${scene.source}/read`, daysAgo(1), daysAgo(30));
  utimesSync(`${scene.source}/written`, daysAgo(30), daysAgo(1));
  const plan = await scene.plan();
  assert.deepEqual([plan.due, plan.kept["too-young"]], [["neither"], ["read", "written"]]);
});

test("unused_for with a limit: what was used longest ago goes first", async () => {
  using scene = openMemoryScene({ rule: { ...unused, maxMove: { files: 1, bytes: undefined } } });
  for (const [name, used, written] of [
    ["read", 10, 90],
    ["forgotten", 40, 30],
  ] as const) {
    oldFile(`${scene.source}/${name}`);
    utimesSync(`${scene.source}/${name}`, daysAgo(used), daysAgo(written));
  }
  const plan = await scene.plan();
  assert.deepEqual([plan.due, plan.kept["over-cap"]], [["forgotten"], ["read"]]);
});

test("M26: neither planning nor moving makes what stays look used, directories included", async () => {
  using scene = openMemoryScene({ rule: unused });
  oldFile(`${scene.source}/app/goes`);
  oldFile(`${scene.source}/app/stays`);
  utimesSync(`${scene.source}/app/stays`, daysAgo(6), daysAgo(30));
  utimesSync(`${scene.source}/app`, daysAgo(30), daysAgo(1));
  const times = () => ["app", "app/stays"].map((path) => statSync(`${scene.source}/${path}`, { bigint: true }).atimeNs);
  const before = times();
  await scene.plan();
  assert.deepEqual((await scene.run()).results, { "app/goes": "moved" });
  assert.deepEqual(times(), before);
});

test("M26: a plan says where access times mean nothing", async () => {
  using scene = openMemoryScene({ rule: unused });
  assert.deepEqual((await scene.plan()).warnings, []);
  await using mount = await mountTmpfs({ sizeMiB: 4 });
  execFileSync("mount", ["-o", "remount,noatime", mount.path]);
  using other = scratch("warm");
  using elsewhere = openScene({ source: mount.path, tier: other.path, rule: unused });
  assert.match(
    (await elsewhere.plan()).warnings.join(),
    /is mounted noatime: reading a file does not make it any younger/,
  );
  execFileSync("mount", ["-o", "remount,atime,relatime", mount.path]);
  const short = { ...unused, olderThanMs: dayMs };
  assert.match((await elsewhere.plan({ rule: short })).warnings.join(), /once in 24 h/);
});
