import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { test } from "node:test";
import { needsRoot } from "../../support/loop-mount.ts";
import { later, openCleanScene, results } from "./scene.ts";

test("what is old goes, links themselves included, then directories that are empty; the root and what is young stay", async () => {
  using scene = openCleanScene();
  const at = scene.path;
  mkdirSync(`${at}/a/b/c`, { recursive: true });
  for (const name of ["a/1", "a/b/2", "a/b/c/3", "top", "-rf", "new\nline"]) writeFileSync(`${at}/${name}`, "x");
  writeFileSync(Buffer.concat([Buffer.from(`${at}/a/`), Buffer.from([0xff, 0xfe])]), "bytes");
  symlinkSync("/etc/hostname", `${at}/link`);
  execFileSync("mkfifo", [`${at}/fifo`]);
  mkdirSync(`${at}/young`);
  writeFileSync(`${at}/young/file`, "y");
  const inTenDays = later() / 1000;
  utimesSync(`${at}/young/file`, inTenDays, inTenDays);
  const { due, kept } = await scene.plan();
  assert.deepEqual(kept, { "too-young": ["young/file"] });
  const done = results(await scene.run());
  assert.deepEqual(Object.keys(done).sort(), due);
  assert.deepEqual([...new Set(Object.values(done))], ["cleaned"]);
  assert.deepEqual(scene.left(), ["young", "young/file"]);
  assert.deepEqual((await scene.plan()).due, []);
});

test("M24, D1: a link is removed, never what it points to, be it a file or a directory", async () => {
  using scene = openCleanScene();
  using outside = openCleanScene();
  writeFileSync(`${outside.path}/victim`, "v");
  symlinkSync(outside.path, `${scene.path}/directory`);
  symlinkSync(`${outside.path}/victim`, `${scene.path}/file`);
  symlinkSync("/nowhere", `${scene.path}/dangling`);
  await scene.run();
  assert.deepEqual([scene.left(), outside.left()], [[], ["victim"]]);
});

test("D2: a hard link to somebody else's file, planted in scratch, stays, and so does the file", {
  skip: needsRoot,
}, async () => {
  using scene = openCleanScene();
  using outside = openCleanScene(`${scene.path}/..`);
  writeFileSync(`${outside.path}/secret`, "root's");
  mkdirSync(`${scene.path}/mallory`);
  chownSync(`${scene.path}/mallory`, 4_242, 4_242);
  linkSync(`${outside.path}/secret`, `${scene.path}/mallory/planted`);
  for (const name of ["one", "two"]) writeFileSync(`${scene.path}/${name}`, name);
  linkSync(`${scene.path}/one`, `${scene.path}/mallory/one`);
  const foreign = `${scene.path}/mallory/foreign`;
  writeFileSync(foreign, "f");
  linkSync(foreign, `${foreign}2`);
  for (const name of [foreign, scene.path]) chownSync(name, 4_343, 4_343);
  chownSync(scene.path, 0, 0);
  const { kept } = await scene.plan();
  assert.deepEqual(kept, { "linked-elsewhere": ["mallory/foreign", "mallory/foreign2", "mallory/planted"] });
  const outcomes = await scene.run();
  assert.deepEqual(scene.left(), ["mallory", "mallory/foreign", "mallory/foreign2", "mallory/planted"]);
  assert.equal(readFileSync(`${outside.path}/secret`, "utf8"), "root's");
  const freed = [outcomes.one?.freedBytes, outcomes["mallory/one"]?.freedBytes];
  assert.deepEqual(freed.sort(), [0, 4096], "a file that has another link frees nothing");
});

test("D5: one young time stamp is enough to stay", async () => {
  using scene = openCleanScene();
  for (const name of ["read", "written", "renamed"]) writeFileSync(`${scene.path}/${name}`, "x");
  const nowMs = Date.now() + 3_600_000;
  const old = new Date("2020-01-01");
  for (const name of ["read", "written", "renamed"]) utimesSync(`${scene.path}/${name}`, old, old);
  assert.deepEqual(
    (await scene.plan({ nowMs })).kept,
    { "too-young": ["read", "renamed", "written"] },
    "by ctime, birth",
  );
  utimesSync(`${scene.path}/read`, new Date(), old);
  const rule = { ageBy: ["atime", "mtime"] as const };
  assert.deepEqual((await scene.plan({ nowMs, rule })).due, ["renamed", "written"]);
  renameSync(`${scene.path}/renamed`, `${scene.path}/elsewhere`);
  const byChange = { ageBy: ["mtime", "ctime"] as const };
  assert.deepEqual((await scene.plan({ nowMs, rule: byChange })).due, []);
});

test("D12: files from the future have no age, and a clock that was set back makes nothing old", async () => {
  using scene = openCleanScene();
  writeFileSync(`${scene.path}/file`, "x");
  const nowMs = Date.now() - 86_400_000;
  assert.deepEqual(await scene.plan({ nowMs }), {
    due: [],
    kept: { "from-the-future": ["file"] },
    refusal: undefined,
    warnings: [],
  });
});

test("D7: sticky files, device nodes, lost+found, quota files, engines' data and other jobs' trees stay", {
  skip: needsRoot,
}, async () => {
  using scene = openCleanScene();
  const at = scene.path;
  for (const name of ["lost+found", "db", "other/deep", "cache"]) mkdirSync(`${at}/${name}`, { recursive: true });
  for (const name of ["sticky", "aquota.user", "lost+found/x", "db/PG_VERSION", "db/base", "other/deep/y", "cache/z"]) {
    writeFileSync(`${at}/${name}`, "x");
  }
  chmodSync(`${at}/sticky`, 0o1644);
  execFileSync("mknod", [`${at}/null`, "c", "1", "3"]);
  const { kept, due } = await scene.plan({ rule: { owned: ["other/deep"], exclude: ["cache/"] } });
  assert.deepEqual(kept, {
    sticky: ["sticky"],
    "device-node": ["null"],
    reserved: ["aquota.user", "lost+found"],
    "engine-data": ["db"],
    "other-job": ["other/deep"],
    excluded: ["cache"],
  });
  assert.deepEqual(due, []);
});

test("a directory's own times are what they were, so tonight's work does not make it young; access times, too", async () => {
  using scene = openCleanScene();
  mkdirSync(`${scene.path}/d/old`, { recursive: true });
  writeFileSync(`${scene.path}/d/keep`, "x");
  writeFileSync(`${scene.path}/d/gone`, "x");
  const then = new Date("2024-02-29T12:00:00.123Z");
  utimesSync(`${scene.path}/d/old`, then, then);
  utimesSync(`${scene.path}/d`, then, then);
  const before = lstatSync(`${scene.path}/d`, { bigint: true });
  await scene.run({ rule: { exclude: ["keep"] } });
  const after = lstatSync(`${scene.path}/d`, { bigint: true });
  assert.deepEqual(scene.left(), ["d", "d/keep"]);
  assert.deepEqual([after.mtimeNs, after.atimeNs], [before.mtimeNs, before.atimeNs]);
});

test("M26: looking and probing leaves access times alone", async () => {
  using scene = openCleanScene();
  mkdirSync(`${scene.path}/d`);
  writeFileSync(`${scene.path}/d/file`, "x");
  const long = new Date("2020-01-01");
  for (const name of ["d/file", "d"]) utimesSync(`${scene.path}/${name}`, long, long);
  await scene.plan();
  for (const name of ["d/file", "d"]) assert.deepEqual(statSync(`${scene.path}/${name}`).atime, long, name);
});

test("what changes between plan and deed stays; a directory that is used again, too", async () => {
  using scene = openCleanScene();
  mkdirSync(`${scene.path}/d`);
  mkdirSync(`${scene.path}/e`);
  for (const name of ["written", "replaced", "gone", "d/x"]) writeFileSync(`${scene.path}/${name}`, "x");
  const outcomes = await scene.run({
    beforeApply: () => {
      writeFileSync(`${scene.path}/written`, "more");
      writeFileSync(`${scene.path}/new`, "n");
      renameSync(`${scene.path}/new`, `${scene.path}/replaced`);
      renameSync(`${scene.path}/gone`, `${scene.path}/went`);
      writeFileSync(`${scene.path}/e/fresh`, "f");
    },
  });
  assert.deepEqual(results(outcomes), {
    written: "changed-since-plan",
    replaced: "changed-since-plan",
    gone: "vanished",
    "d/x": "cleaned",
    d: "cleaned",
    e: "changed-since-plan",
  });
  assert.deepEqual(scene.left(), ["e", "e/fresh", "replaced", "went", "written"]);
});
