import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { posix } from "node:path";
import { test } from "node:test";
import { bringAllBack, matchAside } from "../../../src/app/restore-aside.ts";
import type { RawPath } from "../../../src/lib/raw-path.ts";
import { type CleanScene, later, openCleanScene, results } from "./scene.ts";

const rule = { quarantineMs: 86_400_000, maxDelete: { files: 1_000, bytes: undefined, share: 1 } };
const reach = { resolve: (path: RawPath) => path, answers: () => true };

/** As `restore PATH` below the scratch directory does it; what it told, by name. */
function restore(scene: CleanScene, name: string): Readonly<Record<string, string | null>> {
  const pattern = posix.join(scene.path, name);
  const typed = { patterns: [pattern], atMs: undefined, workingDirectory: "/", reach };
  const request = { ...typed, to: undefined, keepBoth: false, onRestored: () => {} };
  const items = matchAside(scene.catalog, pattern, typed);
  const files = bringAllBack(new Map([[pattern, items]]), { catalog: scene.catalog, request, nowMs: later() });
  return Object.fromEntries(files.map(({ path, error }) => [path.slice(scene.path.length + 1), error?.code ?? null]));
}

function look(path: string) {
  const { uid, gid, mode, mtimeMs, atimeMs } = lstatSync(path);
  return { uid, gid, mode, mtimeMs, atimeMs };
}

test("a file comes back into the directories that it was in, as they were; those of others stay aside", async () => {
  using scene = openCleanScene();
  mkdirSync(`${scene.path}/a/b`, { recursive: true });
  mkdirSync(`${scene.path}/a/c`);
  writeFileSync(`${scene.path}/a/b/file`, "content");
  for (const [name, mode] of [["a/b/file", 0o640] as const, ["a/b", 0o2751] as const, ["a", 0o705] as const]) {
    chownSync(`${scene.path}/${name}`, 1234, 2345);
    chmodSync(`${scene.path}/${name}`, mode);
    utimesSync(`${scene.path}/${name}`, 1_600_000_000, 1_500_000_000);
  }
  const before = ["a", "a/b", "a/b/file"].map((name) => look(`${scene.path}/${name}`));
  await scene.run({ rule });
  assert.deepEqual(readdirSync(scene.path), [".tierkeep-quarantine"]);
  assert.deepEqual(restore(scene, "a/b/file"), { "a/b/file": null });
  assert.deepEqual(
    ["a", "a/b", "a/b/file"].map((name) => look(`${scene.path}/${name}`)),
    before,
  );
  assert.equal(readFileSync(`${scene.path}/a/b/file`, "utf8"), "content");
  assert.deepEqual(
    [...scene.catalog.quarantine.all()].map(({ path }) => path),
    ["a/c"],
  );
});

test("an empty directory comes back as it was, and tonight's run leaves it alone", async () => {
  using scene = openCleanScene();
  mkdirSync(`${scene.path}/empty`, 0o711);
  utimesSync(`${scene.path}/empty`, 1_600_000_000, 1_500_000_000);
  const before = look(`${scene.path}/empty`);
  await scene.run({ rule });
  assert.deepEqual(restore(scene, "empty"), { empty: null });
  assert.deepEqual(look(`${scene.path}/empty`), before);
  assert.deepEqual(await scene.plan({ rule }), {
    ...{ due: [], refusal: undefined, warnings: [] },
    kept: { "restored-recently": ["empty"] },
  });
});

test("what was in a directory that somebody has made anew goes into that one", async () => {
  using scene = openCleanScene();
  mkdirSync(`${scene.path}/d`);
  writeFileSync(`${scene.path}/d/file`, "old");
  await scene.run({ rule });
  mkdirSync(`${scene.path}/d`, 0o750);
  assert.deepEqual(restore(scene, "d"), { "d/file": null });
  assert.equal(look(`${scene.path}/d`).mode & 0o777, 0o750);
  writeFileSync(`${scene.path}/taken`, "old");
  await scene.run({ rule });
  writeFileSync(`${scene.path}/taken`, "new");
  assert.deepEqual(restore(scene, "taken"), { taken: "TARGET_EXISTS" });
});

test("a whole tree comes back, and each thing of it is told", async () => {
  using scene = openCleanScene();
  mkdirSync(`${scene.path}/more`);
  writeFileSync(`${scene.path}/more/x`, "x");
  await scene.run({ rule });
  assert.deepEqual(restore(scene, ""), { more: null, "more/x": null });
  assert.deepEqual(readdirSync(scene.path), ["more"]);
});

test("what a killed run had set aside is found and comes back before the next run", async () => {
  using scene = openCleanScene();
  mkdirSync(`${scene.path}/d`);
  writeFileSync(`${scene.path}/d/aside`, "aside");
  const { quarantine } = scene.catalog;
  const killed = () => {
    throw new Error("killed");
  };
  const catalog = { ...scene.catalog, quarantine: { ...quarantine, settle: killed } };
  await assert.rejects(scene.run({ rule, context: { catalog } }));
  const [item] = quarantine.intended("tmp");
  assert.ok(item !== undefined);
  writeFileSync(`${scene.path}/stayed`, "stayed");
  quarantine.intend([{ ...item, seq: 99, path: "stayed" as RawPath }]);
  const [told] = quarantine.counts();
  assert.deepEqual([told?.count, told?.bytes, told?.intended], [0, 0, 2], "health tells, should no next run come");
  assert.deepEqual(restore(scene, "stayed"), {});
  assert.deepEqual(restore(scene, "d/aside"), { "d/aside": null });
  assert.equal(readFileSync(`${scene.path}/d/aside`, "utf8"), "aside");
  assert.deepEqual(results(await scene.run({ rule })), { stayed: "quarantined" });
});
