import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { readMachineClock } from "../../../src/host/machine-clock.ts";
import type { HealthReport } from "../../../src/reports/health.ts";
import { needsRoot } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { type Guarded, guardedProgram, move, oldFiles, openGuarded } from "./program.ts";

const skip = needsRoot;

/** The same machine to which far more time seems to have passed since its boot than its wall clock says. */
function setBack(program: Guarded): Guarded {
  return guardedProgram(program.file, ["unshare", "--time", "--fork", "--boottime", "3000000"]);
}

async function scene(dir: string): Promise<Guarded> {
  oldFiles(`${dir}/log`, 3, 100);
  const rest = move("logs", `${dir}/log`, "warm");
  return await openGuarded({ directory: dir, tiers: { warm: `${dir}/warm` }, rest });
}

test("D12: after a jump of the clock nothing moves, night after night, until a person has looked", {
  skip,
}, async () => {
  using dir = scratch("clock");
  const program = await scene(dir.path);
  assert.equal((await program.run()).exitCode, 0, "a first run trusts the clock");
  oldFiles(`${dir.path}/log`, 2, 100);
  const later = setBack(program);
  if (readMachineClock().synchronised) {
    assert.equal((await later.run()).exitCode, 0, "a time server vouches for this machine's clock");
    return;
  }
  for (let night = 0; night < 2; night++) {
    const { exitCode, job } = await later.run();
    const [error] = job("logs").errors;
    assert.deepEqual([exitCode, job("logs").status, error?.code], [5, "refused", "clock"]);
    assert.match(error?.message ?? "", /it was set back by 35 d since the last run/);
  }
  assert.deepEqual(await findings(program), ["job-refused logs"], "it stays a finding until it is resolved");
  const { jobs } = await later.plan();
  assert.equal(jobs[0]?.refusal?.guard, "clock");
  assert.equal(readdirSync(`${dir.path}/log`).length, 2);

  const lifted = await later.call("approve", "logs", "--guard", "clock");
  assert.equal(lifted.exitCode, 0, lifted.stderr);
  assert.match(lifted.stdout, /logs gets past clock at its next run, once/);
  assert.deepEqual((await later.run()).job("logs").outcomes, { moved: 2 });
  assert.deepEqual(await findings(program), []);
  oldFiles(`${dir.path}/log`, 1, 100);
  assert.deepEqual((await later.run()).job("logs").outcomes, { moved: 1 }, "a person has vouched for this clock");
});

/** Besides what this machine's disks say. */
async function findings(program: Guarded): Promise<readonly string[]> {
  const report = JSON.parse((await program.call("health", "--json")).stdout) as HealthReport;
  return report.findings.filter(({ id }) => id !== "filesystem-full").map(({ id, tier }) => `${id} ${tier}`);
}

test("a lift is for one run of one job, and for a guard that stops it", async () => {
  using dir = scratch("lift");
  const program = await scene(dir.path);
  const idle = await program.call("approve", "logs", "--guard", "clock");
  assert.equal(idle.exitCode, 3);
  assert.match(idle.stdout, /logs is not stopped by clock/);
  const unknown = await program.call("approve", "logs", "--guard", "clokc");
  assert.deepEqual([unknown.exitCode, /did you mean clock/.test(unknown.stderr)], [2, true]);
  const fixed = await program.call("approve", "logs", "--guard", "same-tree");
  assert.deepEqual([fixed.exitCode, /cannot be lifted/.test(fixed.stderr)], [2, true]);
});
