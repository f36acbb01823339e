import assert from "node:assert/strict";
import { test } from "node:test";
import type { Restores } from "../../src/catalog/restores.ts";
import { restoreGroup } from "../../src/restore/restore-group.ts";
import { openTier } from "../../src/tiers/open.ts";
import { tierConfig } from "../support/tier-config.ts";
import { filesBelow, oldFile } from "./moves/files.ts";
import { openMemoryScene, type Scene } from "./moves/scene.ts";

test("M32: a plan made while a restore is at work leaves alone what has just come back", async () => {
  using scene = openMemoryScene();
  for (const name of ["a", "b"]) oldFile(`${scene.source}/${name}`);
  await scene.run();
  oldFile(`${scene.source}/b`, "in the way");
  const seen: (readonly string[])[] = [];
  const { restores } = scene.catalog;
  const end: Restores["end"] = (...ended) => {
    seen.push(filesBelow(scene.source), scene.plan().due);
    restores.end(...ended);
  };
  const errors = await restoreInPlace(scene, { ...restores, end });
  assert.deepEqual(
    errors.map((error) => (error as { code?: string } | undefined)?.code),
    [undefined, "TARGET_EXISTS"],
  );
  assert.deepEqual(seen, [["a", "b"], []], "both were there, and neither was planned");
  assert.deepEqual(scene.plan().due, ["b"], "what did not come back is not left alone");
});

/** Everything that was moved, back to where it was. */
async function restoreInPlace(scene: Scene, restores: Restores): Promise<readonly unknown[]> {
  const config = { ...tierConfig("warm", scene.tier), directory: true };
  using tier = openTier(config, scene.catalog.decisions.pinOf("warm"));
  const deeds = scene.placements().map((placement) => ({ placement, tier, target: placement.path }));
  return await restoreGroup(deeds, { restores, links: new Map(), now: Date.now });
}
