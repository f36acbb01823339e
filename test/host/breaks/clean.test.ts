import assert from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { scratch } from "../../support/scratch.ts";
import { later, openCleanScene, results } from "../clean/scene.ts";
import { guardedProgram, move, oldFiles, openGuarded } from "../guards/program.ts";

test("D8: a tier below a scratch directory stays whole, whatever path it is configured by", async () => {
  using scene = openCleanScene();
  mkdirSync(`${scene.path}/nas/.tierkeep`, { recursive: true });
  mkdirSync(`${scene.path}/nas/jts-1/logs`, { recursive: true });
  for (const name of ["nas/jts-1/logs/stored", "nas/strange", "old"]) writeFileSync(`${scene.path}/${name}`, name);
  const rule = { maxDelete: { files: 9, bytes: undefined, share: 1 } };
  assert.deepEqual(results(await scene.run({ rule })), { old: "cleaned" });
  assert.equal(readFileSync(`${scene.path}/nas/jts-1/logs/stored`, "utf8"), "nas/jts-1/logs/stored");
  assert.deepEqual((await scene.plan({ rule })).kept, { reserved: ["nas"] });
});

const clean = (path: string) =>
  `[[clean]]\nname = "tmp"\npath = "${path}"\nolder_than = "1d"\nage_by = ["mtime"]\nquarantine = "1d"\n`;

test("D7, D16: a tree is not cleaned because the job that owned it was taken out, until that is approved", async () => {
  using directory = scratch("unowned");
  const { path } = directory;
  oldFiles(`${path}/scratch/kept`, 1, 8);
  const mover = move("keep", `${path}/scratch/kept`, "cold").replace("7d", "9000d");
  const rest = clean(`${path}/scratch`);
  const program = await openGuarded({ directory: path, tiers: { cold: `${path}/cold` }, rest: `${mover}${rest}` });
  assert.equal((await program.run()).exitCode, 0);
  writeFileSync(program.file, readFileSync(program.file, "utf8").replace(mover, ""));
  const { job } = await guardedProgram(program.file).run();
  assert.equal(job("tmp").errors[0]?.code, "NOT_APPROVED");
  assert.equal(readFileSync(`${path}/scratch/kept/f0`).length, 8);
});

test("a directory is restored with what was moved from it, too, when something below it was set aside", async () => {
  using directory = scratch("both");
  const { path } = directory;
  oldFiles(`${path}/data/logs`, 3, 8);
  oldFiles(`${path}/data/scratch`, 1, 8);
  const rest = `${move("logs", `${path}/data/logs`, "cold")}${clean(`${path}/data/scratch`)}`;
  const program = await openGuarded({ directory: path, tiers: { cold: `${path}/cold` }, rest });
  assert.equal((await program.run()).exitCode, 0);
  const { exitCode, stdout } = await program.call("restore", "--json", `${path}/data`);
  assert.equal(exitCode, 0);
  const { files } = JSON.parse(stdout) as { readonly files: readonly { readonly path: string }[] };
  assert.deepEqual(files.map((file) => file.path.slice(path.length)).sort(), [
    ...["/data/logs/f0", "/data/logs/f1", "/data/logs/f2", "/data/scratch/f0"],
  ]);
});

const aside = { quarantineMs: 86_400_000, maxDelete: { files: 9, bytes: undefined, share: 1 } };

test("what a killed run set aside under the job's former name is known after it was renamed", async () => {
  using scene = openCleanScene();
  writeFileSync(`${scene.path}/old`, "old");
  const killed = () => {
    throw new Error("killed");
  };
  const catalog = { ...scene.catalog, quarantine: { ...scene.catalog.quarantine, settle: killed } };
  await assert.rejects(scene.run({ rule: aside, context: { catalog } }), /killed/);
  await scene.run({ rule: { ...aside, name: "daily", formerly: ["tmp"] } });
  assert.deepEqual(
    [...scene.catalog.quarantine.all()].map(({ job, path }) => [job, path]),
    [["tmp", "old"]],
  );
});

test("C1: what lies aside on a file system that is not mounted now is not forgotten", async () => {
  using scene = openCleanScene();
  using other = openCleanScene();
  writeFileSync(`${scene.path}/old`, "old");
  await scene.run({ rule: aside });
  // The job's path was edited, and where it was before an empty mount point is left.
  renameSync(scene.path, `${scene.path}-unmounted`);
  mkdirSync(scene.path);
  const late = { rule: { ...aside, path: other.path }, nowMs: later() + 2 * aside.quarantineMs };
  assert.deepEqual(results(await scene.run(late)), { old: "other-file-system" });
  rmdirSync(scene.path);
  renameSync(`${scene.path}-unmounted`, scene.path);
  assert.deepEqual(results(await scene.run(late)), { old: "removed" });
});

test("C8: a second attempt within one run, as after a full disk, sets aside what the first did not", async () => {
  using scene = openCleanScene();
  const context = { run: "20261123T041500Z-full" };
  writeFileSync(`${scene.path}/first`, "first");
  await scene.run({ rule: aside, context });
  writeFileSync(`${scene.path}/second`, "second");
  assert.deepEqual(results(await scene.run({ rule: aside, context })), { second: "quarantined" });
});
