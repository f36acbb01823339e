import assert from "node:assert/strict";
import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import type { PlanReport } from "../../../src/reports/plan.ts";
import { needsRoot } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { mountTmpfs } from "../../support/tmpfs-mount.ts";
import { openProgram, type Program, until } from "../moves/program.ts";

test("plans remember directories, runs use it, and --full reads all", { skip: needsRoot }, async () => {
  await using fs = await mountTmpfs({ sizeMiB: 16 });
  using dir = scratch("program");
  const source = `${fs.path}/log`;
  for (const path of ["a/young", "b/c/young", "d/young"]) file(`${source}/${path}`, 3);
  const program = await openOn(fs.path, dir.path);
  await settled(`${source}/d`);
  assert.deepEqual(summary(await plan(program)), { due: [], young: 3, isWhole: true });
  assert.deepEqual(summary(await plan(program)), { due: [], young: 3, isWhole: false });
  file(`${source}/b/c/due`, 30);
  assert.deepEqual(summary(await plan(program)), { due: ["b/c/due"], young: 3, isWhole: false });
  const { report } = await program.run();
  assert.deepEqual(report.jobs[0]?.outcomes, { moved: 1 });
  assert.deepEqual(summary(await plan(program)), { due: [], young: 3, isWhole: false });
  // What docs/design/scanning.md says can be late: an old file, set back further in place.
  age(`${source}/a/young`, 30);
  assert.deepEqual(summary(await plan(program)), { due: [], young: 3, isWhole: false });
  assert.deepEqual(summary(await plan(program, "--full")), { due: ["a/young"], young: 2, isWhole: true });
  assert.deepEqual((await program.run()).report.jobs[0]?.outcomes, { moved: 1 });
});

test("--why names what stays in every directory", { skip: needsRoot }, async () => {
  await using fs = await mountTmpfs({ sizeMiB: 16 });
  using dir = scratch("program");
  for (const path of ["a/young", "b/c/young"]) file(`${fs.path}/log/${path}`, 3);
  const program = await openOn(fs.path, dir.path);
  await settled(`${fs.path}/log/b`);
  for (let round = 0; round < 2; round++) {
    const { stdout } = await program.call("plan", "--why", "too-young");
    assert.match(stdout, /^ {4}a\/young$/m);
    assert.match(stdout, /^ {4}b\/c\/young$/m);
  }
});

test("a plan beside a run, and one without its index, are plans all the same", { skip: needsRoot }, async () => {
  await using fs = await mountTmpfs({ sizeMiB: 16 });
  using dir = scratch("program");
  file(`${fs.path}/log/a/young`, 3);
  const program = await openOn(fs.path, dir.path);
  for (let round = 0; round < 3; round++) {
    file(`${fs.path}/log/b${round}/due`, 30);
    const [planned, ran] = await Promise.all([program.call("plan"), program.run()]);
    assert.deepEqual([planned.exitCode, ran.exitCode, ran.report.jobs[0]?.outcomes], [0, 0, { moved: 1 }]);
    writeFileSync(`${dir.path}/state/scan.db`, "rotten".repeat(1_000));
  }
  rmSync(`${dir.path}/state/scan.db`);
  mkdirSync(`${dir.path}/state/scan.db`);
  assert.deepEqual(summary(await plan(program)), { due: [], young: 1, isWhole: true });
});

function openOn(mount: string, directory: string): Promise<Program> {
  mkdirSync(`${mount}/warm`);
  return openProgram({ directory, source: `${mount}/log`, warm: `${mount}/warm`, tierKeys: { directory: true } });
}

async function plan(program: Program, ...args: readonly string[]): Promise<PlanReport> {
  return JSON.parse((await program.call("plan", "--json", ...args)).stdout) as PlanReport;
}

function summary({ jobs }: PlanReport) {
  const job = jobs[0];
  const due = job?.steps.map(({ path }) => path).sort();
  return { due, young: job?.kept["too-young"]?.count, isWhole: job?.keptAsOf === null };
}

function file(path: string, days: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, path);
  age(path, days);
}

function age(path: string, days: number): void {
  const now = Date.now() / 1000;
  utimesSync(path, now, now - days * 86_400);
}

/** Until the index believes a look at this directory. */
function settled(directory: string): Promise<void> {
  const changedMs = statSync(directory).ctimeMs;
  return until(() => Date.now() - changedMs > 2_100);
}
