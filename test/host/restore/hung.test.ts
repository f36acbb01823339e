import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { test } from "node:test";
import type { RestoreReport } from "../../../src/reports/restore.ts";
import { mountBindfs } from "../../support/bindfs.ts";
import { needsRoot } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { move, oldFiles, openGuarded } from "../guards/program.ts";
import type { Ended } from "../moves/program.ts";

const skip = needsRoot;

test("C1: find, cat, explain and restore answer, whatever hangs behind the paths that were typed", {
  skip,
}, async () => {
  using dir = scratch("restore-hung");
  using behind = scratch("behind");
  await using mount = await mountBindfs(behind.path);
  const source = `${mount.path}/log`;
  oldFiles(source, 2, 100);
  symlinkSync(mount.path, `${dir.path}/link`);
  const { call, run } = await openGuarded({
    directory: dir.path,
    tiers: { warm: `${dir.path}/warm` },
    // FUSE has no leases, so files would have to settle for an hour.
    rest: `${move("logs", source, "warm")}settled_for = "0s"\n`,
  });
  equal((await run()).job("logs").outcomes.moved, 2);
  equal((await call("find", `${dir.path}/link/log/f0`)).exitCode, 0, "a link to what answers is followed");

  process.kill(mount.pid, "SIGSTOP");
  const within = async (...args: readonly string[]): Promise<Ended> => {
    const begun = performance.now();
    const ended = await call(...args);
    ok(performance.now() - begun < 15_000, `${args.join(" ")} took ${performance.now() - begun} ms`);
    return ended;
  };
  equal((await within("find", `${source}/f0`)).exitCode, 0);
  equal((await within("cat", `${source}/f0`)).exitCode, 0);
  match((await within("explain", `${source}/f0`)).stdout, /does not answer|not answered/);
  const there = await within("restore", `${source}/f0`, "--json");
  const { files } = JSON.parse(there.stdout) as RestoreReport;
  deepEqual([there.exitCode, files.map(({ error }) => error?.code)], [3, ["TARGET_HANGS"]]);
  equal((await within("restore", `${source}/f0`, "--to", `${dir.path}/link/back`)).exitCode, 3);
  mkdirSync(`${dir.path}/back`);
  equal((await within("restore", `${source}/f0`, "--to", `${dir.path}/back`)).exitCode, 0);
  deepEqual(readFileSync(`${dir.path}/back${source}/f0`), Buffer.alloc(100, "0 "));

  process.kill(mount.pid, "SIGCONT");
  equal((await within("restore", `${source}/f0`)).exitCode, 0);
});
