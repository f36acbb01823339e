import assert from "node:assert/strict";
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { test } from "node:test";
import type { RawPath } from "../../../src/lib/raw-path.ts";
import { needsRoot } from "../../support/loop-mount.ts";
import { mountTmpfs } from "../../support/tmpfs-mount.ts";
import { later, openCleanScene, results } from "./scene.ts";

const dayMs = 86_400_000;
const rule = { quarantineMs: dayMs, maxDelete: { files: 1_000, bytes: undefined, share: 1 } };

test("what is cleaned lies aside for a day, where only root looks, and then goes", async () => {
  using scene = openCleanScene();
  mkdirSync(`${scene.path}/d`);
  for (const name of ["a", "d/b"]) writeFileSync(`${scene.path}/${name}`, name);
  symlinkSync("/etc/hostname", `${scene.path}/link`);
  const done = results(await scene.run({ rule }));
  assert.deepEqual(done, { a: "quarantined", link: "quarantined", "d/b": "quarantined", d: "quarantined" });
  assert.equal(lstatSync(`${scene.path}/.tierkeep-quarantine`).mode & 0o777, 0o700);
  assert.equal(scene.left().length, 2 + 4, "the folder, the run's, and what lies in it");
  const soon = await scene.plan({ rule, nowMs: later() + dayMs / 2 });
  assert.deepEqual([soon.due, soon.kept], [[], { reserved: [".tierkeep-quarantine"] }]);
  const nowMs = later() + 2 * dayMs;
  assert.deepEqual((await scene.plan({ rule, nowMs })).due, ["a", "d", "d/b", "link"]);
  const gone = { a: "removed", d: "removed", "d/b": "removed", link: "removed" };
  assert.deepEqual(results(await scene.run({ rule, nowMs })), gone);
  assert.deepEqual(scene.left(), []);
  assert.deepEqual([...scene.catalog.quarantine.all()], []);
});

test("a directory that somebody works in while it lies aside is not removed", async () => {
  using scene = openCleanScene();
  mkdirSync(`${scene.path}/d`);
  const fd = openSync(`${scene.path}/d`, "r");
  await scene.run({ rule });
  writeFileSync(`/proc/self/fd/${fd}/late`, "late");
  closeSync(fd);
  const nowMs = later() + 2 * dayMs;
  assert.deepEqual(results(await scene.run({ rule, nowMs })), { d: "not-empty" });
  assert.deepEqual(
    [...scene.catalog.quarantine.all()].map(({ path }) => path),
    ["d"],
  );
  assert.equal(scene.left().filter((name) => name.endsWith("/late")).length, 1);
});

test("a full scratch disk fails for each thing by itself, and what lay aside for long enough goes", {
  skip: needsRoot,
}, async () => {
  await using place = await mountTmpfs({ sizeMiB: 4, inodes: 8 });
  const path = `${place.path}/scratch`;
  mkdirSync(path);
  using scene = openCleanScene(path);
  writeFileSync(`${path}/first`, "x");
  await scene.run({ rule });
  for (const name of ["a", "b", "c"]) writeFileSync(`${path}/${name}`, "x");
  const full = await scene.run({ rule });
  assert.deepEqual(
    Object.values(full).map(({ result, code }) => [result, code]),
    Array(3).fill(["failed", "ENOSPC"]),
  );
  const nowMs = later() + 2 * dayMs;
  const freed = { first: "removed", a: "quarantined", b: "quarantined", c: "quarantined" };
  assert.deepEqual(results(await scene.run({ rule, nowMs })), freed);
});

test("a clock that was set back removes nothing for good", async () => {
  using scene = openCleanScene();
  writeFileSync(`${scene.path}/a`, "a");
  await scene.run({ rule });
  assert.deepEqual((await scene.plan({ rule, nowMs: later() - 5 * dayMs })).due, []);
});

test("what somebody put in the place of what was set aside is not ours to remove", async () => {
  using scene = openCleanScene();
  writeFileSync(`${scene.path}/a`, "a");
  await scene.run({ rule });
  const aside = scene.left().find((name) => name.endsWith("tmp.1")) ?? "";
  renameSync(`${scene.path}/${aside}`, `${scene.path}/taken`);
  writeFileSync(`${scene.path}/${aside}`, "another");
  const outcomes = await scene.run({ rule: { ...rule, exclude: ["taken"] }, nowMs: later() + 2 * dayMs });
  assert.deepEqual(results(outcomes), { a: "vanished" });
  assert.equal(readFileSync(`${scene.path}/${aside}`, "utf8"), "another");
});

test("a folder of that name that is somebody else's is refused, a link too", async () => {
  using scene = openCleanScene();
  using elsewhere = openCleanScene();
  writeFileSync(`${scene.path}/a`, "a");
  mkdirSync(`${scene.path}/.tierkeep-quarantine`, 0o777);
  assert.equal((await scene.plan({ rule })).refusal, "quarantine-taken");
  renameSync(`${scene.path}/.tierkeep-quarantine`, `${scene.path}/x`);
  symlinkSync(elsewhere.path, `${scene.path}/.tierkeep-quarantine`);
  assert.equal((await scene.plan({ rule })).refusal, "quarantine-taken");
  assert.ok(existsSync(`${scene.path}/a`));
});

test("a run that was killed right before or after a rename is reconciled by the next", async () => {
  using scene = openCleanScene();
  for (const name of ["before", "after"]) writeFileSync(`${scene.path}/${name}`, name);
  const { quarantine } = scene.catalog;
  const dead = {
    ...quarantine,
    settle: () => {
      throw new Error("killed");
    },
  };
  await assert.rejects(
    scene.run({ rule: { ...rule, include: ["after"] }, context: { catalog: { ...scene.catalog, quarantine: dead } } }),
  );
  const [item] = quarantine.intended("tmp");
  assert.ok(item !== undefined);
  quarantine.intend([{ ...item, run: "20200101T000000Z-dead", path: "before" as RawPath }]);
  await scene.run({ rule: { ...rule, include: ["none"] } });
  assert.deepEqual(
    [...quarantine.all()].map(({ path }) => path),
    ["after"],
  );
  assert.deepEqual(quarantine.intended("tmp"), []);
  assert.deepEqual(readdirSync(scene.path).sort(), [".tierkeep-quarantine", "before"]);
});
