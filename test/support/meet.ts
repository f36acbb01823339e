import type { Point } from "./points.ts";
import type { Scene } from "./scene.ts";
import type { Deed, Traced } from "./strace.ts";

/**
 * A run from the scene's beginning that meets the deed at this point. The last of some calls comes a little earlier at
 * times, such as when fewer processes are there to be looked at; then one just before it is met.
 */
export async function meet(scene: Scene, where: "job" | "main", point: Point & { deed: Deed }): Promise<Traced> {
  const { call, occurrence, deed } = point;
  for (const earlier of [0, 1, 2, 4, 8].filter((each) => each < occurrence)) {
    scene.reset();
    const injection = { call, occurrence: occurrence - earlier, deed };
    const traced = await scene.traced(where, { calls: [call], injection }, ["run", "--json"]);
    if (traced.hits.length > 0) return traced;
  }
  throw new Error(`the run ended before ${call} #${occurrence}`);
}
