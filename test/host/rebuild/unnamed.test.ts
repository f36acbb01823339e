import { deepEqual, equal, match } from "node:assert/strict";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { test } from "node:test";
import { manifestsOn, rebuildReport, twoTiers } from "./two-tiers.ts";

test("files that no manifest names are told by name: one of the manifests is gone", async () => {
  using scene = await twoTiers();
  equal((await scene.run()).exitCode, 0);
  const known = await scene.placements();
  const away = manifestsOn(scene, "warm").map((path) => [path, path.replace("/.tierkeep/", "/kept-")] as const);
  for (const [path, to] of away) {
    mkdirSync(to.slice(0, to.lastIndexOf("/")), { recursive: true });
    renameSync(path, to);
  }
  rmSync(scene.stateDir, { recursive: true });
  const [warm, cold] = rebuildReport(await scene.rebuild("--json")).tiers;
  const onWarm = known.filter(({ tier }) => tier === "warm");
  deepEqual([warm?.stored, warm?.unnamed?.files, warm?.unnamed?.first.length], [0, onWarm.length, 5]);
  deepEqual(cold?.unnamed, { files: 0, first: [] });
  match((await scene.rebuild()).stdout, /that no manifest names/);
  for (const [path, to] of away) renameSync(to, path);
  deepEqual(rebuildReport(await scene.rebuild("--json")).tiers[0]?.unnamed, { files: 0, first: [] });
  deepEqual(await scene.placements(), known);
});
