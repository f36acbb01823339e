import { equal } from "node:assert/strict";
import type { TestContext } from "node:test";
import { meet } from "./meet.ts";
import { type Point, placeOf, pointsOf } from "./points.ts";
import { makeScene, type Scene, type SceneOptions } from "./scene.ts";
import { checkAllMoved, checkNothingLost, checkRestores, checkSetsWhole, checkSettled } from "./scene-checks.ts";
import { fingerprint } from "./scene-facts.ts";
import { runsAll, type Seeded } from "./seeded.ts";

export interface KillBench extends SceneOptions {
  readonly calls: readonly string[];
  /** The job's own process, or the command line above it. */
  readonly where?: "job" | "main";
  /** Places that are looked at; all when absent. */
  readonly within?: (point: Point) => boolean;
  readonly dice: Seeded;
}

/** Kills a run at each of the calls, at a chosen place or with TIERKEEP_FULL=1 at all, and proves the repair. */
export async function killAtEach(t: TestContext, bench: KillBench): Promise<void> {
  const { calls, where = "job", within = () => true, dice } = bench;
  await using scene = await makeScene(bench);
  const before = fingerprint(scene.source);
  const unharmed = await scene.traced(where, { calls }, ["run", "--json"]);
  equal(unharmed.exitCode, 0, unharmed.stderr);
  for (const call of calls) {
    const points = pointsOf(unharmed.calls, call).filter(within);
    // Node's own `write` in another thread may have come to every count before the scene's did.
    if (points.length === 0 && call === "write") t.diagnostic(`${call} could not be met in this run`);
    else
      for (const point of runsAll ? points : [dice.pick(points)]) {
        await t.test(`killed at ${call} #${point.occurrence}, ${placeOf(point.text)}`, () =>
          killAt({ scene, before, where, sets: bench.sets === true }, point),
        );
      }
  }
}

interface Case {
  readonly scene: Scene;
  readonly before: ReadonlyMap<string, string>;
  readonly where: "job" | "main";
  readonly sets: boolean;
}

async function killAt({ scene, before, where, sets }: Case, point: Point): Promise<void> {
  const [hit] = (await meet(scene, where, { ...point, deed: { signal: "KILL" } })).hits;
  checkNothingLost(scene);
  const repair = await scene.tierkeep("run", "--json");
  equal(repair.exitCode, 0, `the repair after ${hit?.text}: ${repair.stdout}${repair.stderr}`);
  checkAllMoved(scene);
  if (sets) checkSetsWhole(scene);
  // A restore syncs each file, which takes long for a thousand; the bytes on the tier were compared just now.
  const restores = scene.files.length > 500 ? [] : [checkRestores(scene, before)];
  await Promise.all([checkSettled(scene), ...restores]);
}
