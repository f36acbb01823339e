import assert from "node:assert/strict";
import { readFileSync, renameSync, statSync } from "node:fs";
import { test } from "node:test";
import { filesBelow, oldFile } from "../moves/files.ts";
import { openMemoryScene } from "../moves/scene.ts";

test("M1: a rotation between the last look and the removal never loses the file that it puts there", async () => {
  using scene = openMemoryScene();
  const [young, old] = [`${scene.source}/app.log.8`, `${scene.source}/app.log.9`];
  oldFile(young, "not due, and only here", 2);
  oldFile(old, "due and stored");
  await scene.run({ hook: { kind: "rotate-before-removal", from: young, to: old } });
  assert.deepEqual(filesBelow(scene.source), ["app.log.9"]);
  assert.equal(readFileSync(old, "utf8"), "not due, and only here");
  assert.equal(readFileSync(`${scene.tier}/jts-1/logs/app.log.9`, "utf8"), "due and stored");
});

test("M6: who opens it between the last look and the removal goes on writing into the file that all see", async () => {
  using scene = openMemoryScene();
  const path = `${scene.source}/app.log.9`;
  oldFile(path, "old line\n");
  const { ino } = statSync(path);
  const { results } = await scene.run({ hook: { kind: "write-before-removal", to: path, text: "new line\n" } });
  assert.deepEqual(results, { "app.log.9": "kept-at-source" });
  assert.equal(readFileSync(path, "utf8"), "old line\nnew line\n");
  assert.equal(statSync(path).ino, ino, "and what its writer will write yet is there, too");
});

test("M1: a run that dies while it has a source aside leaves no odd name, and the next run ends its work", async () => {
  using scene = openMemoryScene();
  for (const name of ["a.1", "b.1"]) oldFile(`${scene.source}/${name}`, name);
  const dies = () => {
    throw new Error("killed");
  };
  await assert.rejects(scene.run({ after: { publish: dies } }), /killed/);
  const placed = scene.placements().find(({ path }) => path.endsWith("/a.1"));
  renameSync(`${scene.source}/a.1`, `${scene.source}/.tierkeep-aside-${placed?.id ?? ""}`);
  await scene.run();
  assert.deepEqual(filesBelow(scene.source), []);
  assert.deepEqual(filesBelow(scene.tier), ["jts-1/logs/a.1", "jts-1/logs/b.1"]);
});
