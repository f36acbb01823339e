import { equal, ok } from "node:assert/strict";
import { readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import type { RunReport } from "../../src/reports/run.ts";
import { needsRoot } from "../support/loop-mount.ts";
import { makeScene, type Scene } from "../support/scene.ts";
import { checkAllMoved, checkNothingLost, checkSetsWhole, checkSettled, reportOf } from "../support/scene-checks.ts";

const skip = needsRoot;

test("M27: what does not fit stays, with the reason, and goes when there is room", { skip }, async () => {
  await using scene = await makeScene({ warmMiB: 32 });
  const filler = leave(scene, 5);
  const report = await runPartial(scene);
  ok((report.jobs[0]?.outcomes["no-room"] ?? 0) > 0, JSON.stringify(report.jobs));
  checkOnePlaceEach(scene);
  await roomAgain(scene, filler);
});

test("M11, M27: a tier that fills up half-way stops the job cleanly", { skip }, async () => {
  // Files of some hundred bytes take a whole block each: by their sizes they fit.
  const mkfs = ["-b", "4096", "-N", "8192", "-m", "0"];
  await using scene = await makeScene({ tiny: 2_500, warmMiB: 64, warmMkfs: mkfs, tierKeys: { reserve: "0%" } });
  const filler = leave(scene, 15);
  const report = await runPartial(scene);
  const told = report.jobs.flatMap((job) => job.errors);
  ok(
    told.some(({ code }) => code === "ENOSPC"),
    JSON.stringify(report.jobs),
  );
  checkOnePlaceEach(scene);
  await roomAgain(scene, filler);
});

test("M11, M27, M31: a tier that fills up half-way keeps what is proved of a set, and shows nothing of it", {
  skip,
}, async () => {
  const mkfs = ["-b", "4096", "-N", "8192", "-m", "0"];
  await using scene = await makeScene({
    sets: true,
    tiny: 2_500,
    warmMiB: 64,
    warmMkfs: mkfs,
    tierKeys: { reserve: "0%" },
  });
  const filler = leave(scene, 15);
  await runPartial(scene);
  for (const { file, atSource, stored } of checkNothingLost(scene))
    equal((atSource === undefined ? 0 : 1) + stored.length, 1, `places of ${file.name}`);
  await roomAgain(scene, filler);
  checkSetsWhole(scene);
});

/** Fills the tier with somebody else's file until so much is left. */
function leave(scene: Scene, leftMiB: number): string {
  const { bavail, bsize } = statfsSync(scene.warm);
  const filler = `${scene.warm}/filler`;
  writeFileSync(filler, Buffer.alloc(bavail * bsize - leftMiB * 2 ** 20, "x"));
  return filler;
}

async function runPartial(scene: Scene): Promise<RunReport> {
  const run = await scene.tierkeep("run", "--json");
  equal(run.exitCode, 3, `${run.stderr}${run.stdout}`);
  const report = reportOf<RunReport>(run);
  equal(report.status, "partial");
  return report;
}

/** Moved whole or left alone, and nothing in staging. */
function checkOnePlaceEach(scene: Scene): void {
  for (const { file, atSource, stored } of checkNothingLost(scene))
    equal((atSource === undefined ? 0 : 1) + stored.length, 1, `places of ${file.name}`);
  const tier = `${scene.warm}/.tierkeep`;
  const staged = readdirSync(tier).includes("staging") ? readdirSync(`${tier}/staging`, { recursive: true }) : [];
  equal(staged.length, 0, `${staged.length} left in staging`);
}

async function roomAgain(scene: Scene, filler: string): Promise<void> {
  rmSync(filler);
  const run = await scene.tierkeep("run", "--json");
  equal(run.exitCode, 0, `${run.stderr}${run.stdout}`);
  checkAllMoved(scene);
  await checkSettled(scene);
}
