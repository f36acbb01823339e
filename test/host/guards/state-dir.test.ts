import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chownSync, cpSync, readdirSync, statSync, truncateSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { mountLoop, needsRoot } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { endOf } from "../moves/program.ts";
import { guardedProgram, move, oldFiles, openGuarded } from "./program.ts";

const skip = needsRoot;

async function scene(dir: string, stateDir: string) {
  oldFiles(`${dir}/log`, 3, 100);
  return await openGuarded({
    directory: dir,
    top: `state_dir = "${stateDir}"\nruntime_dir = "${dir}/run"`,
    tiers: { warm: `${dir}/warm` },
    rest: move("logs", `${dir}/log`, "warm"),
  });
}

test("C6: a state directory that is read-only for a night stops that night and no other", { skip }, async () => {
  using dir = scratch("ro-state");
  await using disk = await mountLoop({ type: "ext4", sizeMiB: 128 });
  const program = await scene(dir.path, `${disk.path}/state`);
  execFileSync("mount", ["-o", "remount,ro", disk.path]);
  const { exitCode, stderr } = await program.call("run");
  assert.deepEqual([exitCode, /\[STATE_DIR\]/.test(stderr)], [12, true], stderr);
  assert.equal(readdirSync(`${dir.path}/log`).length, 3);
  execFileSync("mount", ["-o", "remount,rw", disk.path]);
  assert.deepEqual((await program.run()).job("logs").outcomes, { moved: 3 });
});

test("a state directory of somebody else is refused with a hint, not half used", { skip }, async () => {
  using dir = scratch("alien-state");
  const program = await scene(dir.path, `${dir.path}/state`);
  execFileSync("chmod", ["755", dir.path]);
  const nobody = guardedProgram(program.file, ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]);
  const { exitCode, stderr } = await endOf(nobody.start("run"));
  assert.deepEqual([exitCode, /\[STATE_DIR\]/.test(stderr)], [12, true], stderr);
  chownSync(`${dir.path}/state`, 65_534, 65_534);
  assert.deepEqual((await program.run()).job("logs").outcomes, { moved: 3 }, "root may");
});

test("a state directory whose disk is gone is an empty one: nothing is approved, nothing moves", { skip }, async () => {
  using dir = scratch("gone-state");
  await using disk = await mountLoop({ type: "ext4", sizeMiB: 128 });
  const program = await scene(dir.path, `${disk.path}/state`);
  disk.unmount();
  const { exitCode, job } = await program.run();
  assert.notEqual(exitCode, 0);
  assert.equal(job("logs").errors[0]?.code, "TIER_NOT_ADOPTED");
  assert.equal(readdirSync(`${dir.path}/log`).length, 3);
  disk.remount();
  assert.deepEqual((await program.run()).job("logs").outcomes, { moved: 3 });
});

test("C3: a catalog that is cut off at any page is told as damaged, kept as it is, and nothing moves", {
  skip,
}, async () => {
  using dir = scratch("cut-state");
  const program = await scene(dir.path, `${dir.path}/state`);
  await program.run();
  oldFiles(`${dir.path}/log`, 2, 100);
  const file = `${dir.path}/state/catalog.db`;
  const pageBytes = checkpointed(file);
  const pages = statSync(file).size / pageBytes;
  cpSync(file, `${dir.path}/whole.db`);
  for (const page of sample(pages)) {
    cpSync(`${dir.path}/whole.db`, file);
    truncateSync(file, page * pageBytes + (page % 2) * 100);
    const size = statSync(file).size;
    const { exitCode, stdout, stderr } = await program.call("run");
    assert.equal(exitCode, 13, `cut at ${page} of ${pages}: ${stdout}${stderr}`);
    assert.match(stdout + stderr, /CATALOG_DAMAGED/);
    assert.equal(statSync(file).size, size, "it is not written to");
    assert.equal(readdirSync(`${dir.path}/log`).length, 2);
  }
  cpSync(`${dir.path}/whole.db`, file);
  assert.deepEqual((await program.run()).job("logs").outcomes, { moved: 2 });
});

function checkpointed(file: string): number {
  using db = new DatabaseSync(file);
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  return Number(db.prepare("PRAGMA page_size").get()?.page_size);
}

/** All of them with TIERKEEP_FULL=1. */
function sample(pages: number): readonly number[] {
  const all = Array.from({ length: pages - 1 }, (_, index) => index + 1);
  return process.env.TIERKEEP_FULL === "1" ? all : [...new Set([1, 2, pages >> 1, pages - 1])];
}
