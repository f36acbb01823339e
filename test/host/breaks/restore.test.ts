import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { closeFd, open, openRoot } from "../../../src/host/posix.ts";
import { rawPath } from "../../../src/lib/raw-path.ts";
import { restoreGroup } from "../../../src/restore/restore-group.ts";
import type { OpenTier } from "../../../src/tiers/tier.ts";
import { filesBelow, oldFile } from "../moves/files.ts";
import { openMemoryScene } from "../moves/scene.ts";

test("M24: a directory that becomes a link after it was checked leads no restore elsewhere", async () => {
  using scene = openMemoryScene();
  oldFile(`${scene.source}/below/a.1`);
  await scene.run();
  const [placement] = scene.placements();
  assert.ok(placement !== undefined);
  mkdirSync(`${scene.path}/elsewhere`);
  rmSync(`${scene.source}/below`, { recursive: true });
  symlinkSync(`${scene.path}/elsewhere`, `${scene.source}/below`);
  const root = openRoot(rawPath(scene.tier), open.O_RDONLY | open.O_DIRECTORY);
  const tier = { name: "warm", root } as OpenTier;
  const deed = { placement, tier, target: placement.path };
  const [error] = await restoreGroup([deed], { restores: scene.catalog.restores, links: new Map(), now: Date.now });
  closeFd(root);
  assert.match(String(error), /ELOOP/);
  assert.deepEqual(filesBelow(`${scene.path}/elsewhere`), []);
});

test("M13: a hole that a file system made up costs no byte of a restored file", async () => {
  using scene = openMemoryScene({ rule: { compress: "zstd" } });
  const content = "text that is here, whatever the file system says\n".repeat(20_000);
  oldFile(`${scene.source}/a.1`, content);
  await scene.run();
  // As an old ZFS told: data is said to be a hole. What is kept is whole, so what comes back must be.
  using db = new DatabaseSync(`${scene.stateDir}/catalog.db`);
  db.exec("UPDATE copies SET facts = json_set(facts, '$.holes', json('[[4096,400000],[500000,65536]]'))");
  const [restored] = await scene.restore("/", `${scene.path}/out`);
  assert.equal(restored?.error, null);
  assert.equal(readFileSync(`${scene.path}/out${scene.source}/a.1`, "utf8"), content);
});

test("M10: a name on the tier that is given again has the facts of what lies there now", async () => {
  using scene = openMemoryScene();
  const path = `${scene.source}/a.1`;
  oldFile(path, "version one");
  const { mtime } = statSync(path);
  await scene.run();
  rmSync(`${scene.tier}/jts-1/logs/a.1`);
  oldFile(path, "version two is longer", (Date.now() - mtime.getTime()) / 86_400_000);
  utimesSync(path, mtime, mtime);
  // The same time to the nanosecond, so that it is the same version by its name.
  using db = new DatabaseSync(`${scene.stateDir}/catalog.db`);
  db.prepare("UPDATE placements SET modified_ns = ?").run(statSync(path, { bigint: true }).mtimeNs);
  assert.deepEqual((await scene.run()).results, { "a.1": "moved" });
  const [restored] = await scene.restore("/", `${scene.path}/out`);
  assert.equal(restored?.error, null);
  assert.equal(readFileSync(`${scene.path}/out${path}`, "utf8"), "version two is longer");
});

test("M8: what two runs of a job with a long name moved comes back at once", async () => {
  using scene = openMemoryScene({ rule: { name: "a".repeat(41) } });
  for (const name of ["a.1", "b.1"]) {
    oldFile(`${scene.source}/${name}`, name);
    await scene.run();
  }
  const restored = await scene.restore("/", `${scene.path}/out`);
  assert.deepEqual(
    restored.map(({ error }) => error),
    [null, null],
  );
});
