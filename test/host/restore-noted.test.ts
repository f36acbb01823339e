import assert from "node:assert/strict";
import { test } from "node:test";
import type { Restores } from "../../src/catalog/restores.ts";
import { rawPath } from "../../src/lib/raw-path.ts";
import { restoreGroup } from "../../src/restore/restore-group.ts";
import { openTier } from "../../src/tiers/open.ts";
import { tierConfig } from "../support/tier-config.ts";
import { filesBelow, oldFile } from "./moves/files.ts";
import { openMemoryScene, type Scene } from "./moves/scene.ts";

test("M32: what a restore is bringing back is noted before it has its name, and what did not come back is not", async () => {
  using scene = openMemoryScene();
  for (const name of ["a", "b"]) oldFile(`${scene.source}/${name}`);
  await scene.run();
  oldFile(`${scene.source}/b`, "in the way");
  const seen: (readonly string[])[] = [];
  const { restores } = scene.catalog;
  const end: Restores["end"] = (...ended) => {
    seen.push(
      filesBelow(scene.source),
      ["a", "b"].filter((name) => !restores.restoredAfter(rawPath(`${scene.source}/${name}`), 0)),
    );
    restores.end(...ended);
  };
  const errors = await restoreInPlace(scene, { ...restores, end });
  assert.deepEqual(
    errors.map((error) => (error as { code?: string } | undefined)?.code),
    [undefined, "TARGET_EXISTS"],
  );
  assert.deepEqual(seen, [["a", "b"], []], "both were there, and both were noted");
  assert.deepEqual((await scene.plan()).due, ["b"], "what did not come back is not left alone");
});

/** Everything that was moved, back to where it was. */
async function restoreInPlace(scene: Scene, restores: Restores): Promise<readonly unknown[]> {
  const config = { ...tierConfig("warm", scene.tier), directory: true };
  using tier = openTier(config, scene.catalog.decisions.pinOf("warm"));
  const deeds = scene.placements().map((placement) => ({ placement, tier, target: placement.path }));
  return await restoreGroup(deeds, { restores, links: new Map(), now: Date.now });
}
