import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { mountLoop, needsRoot } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { move, oldFiles, openGuarded } from "./program.ts";

const skip = needsRoot;
const mib = 2 ** 20;

/** State and source on one small disk, as on a root file system; the tier is elsewhere. */
async function scene(disk: string, dir: string) {
  oldFiles(`${disk}/log`, 45, 2 * mib);
  return await openGuarded({
    directory: dir,
    top: `state_dir = "${disk}/state"\nruntime_dir = "${dir}/run"`,
    tiers: { warm: `${dir}/warm` },
    rest: move("logs", `${disk}/log`, "warm"),
  });
}

/** Until not a byte more can be written. */
function fill(disk: string): void {
  for (let size = mib; size >= 1; size = size >> 2) {
    for (let index = 0; ; index++) {
      try {
        writeFileSync(`${disk}/filler-${size}-${index}`, Buffer.alloc(size, "x"));
      } catch (error) {
        assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC");
        break;
      }
    }
  }
}

test("C8: the disk under the catalog is full: the reserve lets the run begin, make room, and is made again", {
  skip,
}, async () => {
  using dir = scratch("full-state");
  await using disk = await mountLoop({ type: "ext4", sizeMiB: 256 });
  const program = await scene(disk.path, dir.path);
  const reserve = `${disk.path}/state/reserve`;
  assert.ok(existsSync(reserve), "approving keeps it");
  assert.ok(statSync(reserve).blocks * 512 >= 64 * mib);
  fill(disk.path);
  const { exitCode, job } = await program.run();
  assert.equal(exitCode, 0, JSON.stringify(job("logs").errors));
  assert.deepEqual(job("logs").outcomes, { moved: 45 });
  assert.deepEqual(readdirSync(`${disk.path}/log`), []);
  assert.ok(statSync(reserve).blocks * 512 >= 64 * mib);
  assert.equal((await program.run()).exitCode, 0);
});

test("C3: a full disk without a reserve is told, nothing is lost, and the next run is as any other (C6)", {
  skip,
}, async () => {
  using dir = scratch("no-reserve");
  await using disk = await mountLoop({ type: "ext4", sizeMiB: 256 });
  const program = await scene(disk.path, dir.path);
  rmSync(`${disk.path}/state/reserve`);
  fill(disk.path);
  const { exitCode, stderr } = await program.call("run");
  assert.equal(exitCode, 12, stderr);
  assert.match(stderr, /\[STATE_DIR\]/);
  assert.equal(readdirSync(`${disk.path}/log`).length, 45);
  for (const name of readdirSync(disk.path).filter((each) => each.startsWith("filler"))) rmSync(`${disk.path}/${name}`);
  const { job } = await program.run();
  assert.deepEqual(job("logs").outcomes, { moved: 45 });
});
