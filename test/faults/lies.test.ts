import { equal, match } from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { RunReport } from "../../src/reports/run.ts";
import { needsRoot } from "../support/loop-mount.ts";
import { type Point, placeOf, pointsOf } from "../support/points.ts";
import { makeScene, type Scene } from "../support/scene.ts";
import { checkAllMoved, checkNothingLost, checkSettled, reportOf } from "../support/scene-checks.ts";
import { runsAll, seeded } from "../support/seeded.ts";

// A disk that says yes and does nothing: the call is not made, and its result is that of a success.
const dice = seeded();

test("M11, M12, M18: a copy that was never written is found by reading it back", { skip: needsRoot }, async (t) => {
  t.diagnostic(`seed ${dice.seed}: TIERKEEP_SEED=${dice.seed} repeats the choices`);
  await using scene = await makeScene();
  const unharmed = await scene.traced("job", { calls: ["pwrite64"] }, ["run", "--json"]);
  const points = pointsOf(unharmed.calls, "pwrite64").filter(
    ({ text }) => placeOf(text) === "staging" && lengthOf(text) > 0,
  );
  for (const point of runsAll ? points : [dice.pick(points)]) {
    await t.test(`nothing written by pwrite64 #${point.occurrence}`, (one) => believe(one, scene, point));
  }
});

async function believe(t: TestContext, scene: Scene, { call, occurrence, text }: Point): Promise<void> {
  scene.reset();
  const length = lengthOf(text);
  const injection = { call, occurrence, deed: { retval: length } };
  const run = await scene.traced("job", { calls: [call], injection }, ["run", "--json"]);
  if (!run.hits.every((hit) => placeOf(hit.text) === "staging")) {
    t.diagnostic("another thread met it, too, and a catalog that lies has tests of its own: nothing to judge");
    return;
  }
  equal(run.exitCode, 3, `${run.hits[0]?.text}: ${run.stderr}${run.stdout}`);
  checkNothingLost(scene);
  const told = reportOf<RunReport>(run).jobs.flatMap((job) => job.errors);
  match(JSON.stringify(told), /READ_BACK/, text);
  const again = await scene.tierkeep("run", "--json");
  equal(again.exitCode, 0, again.stdout);
  checkAllMoved(scene);
  await checkSettled(scene);
}

/** What the call returned; 0 where another thread's line stands between. */
function lengthOf(text: string): number {
  return Number(/ = (\d+)$/.exec(text)?.[1] ?? 0);
}
