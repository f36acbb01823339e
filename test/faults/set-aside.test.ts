import { equal, ok } from "node:assert/strict";
import { readdirSync, truncateSync } from "node:fs";
import { test } from "node:test";
import { needsRoot } from "../support/loop-mount.ts";
import { meet } from "../support/meet.ts";
import { pointsOf } from "../support/points.ts";
import { makeScene } from "../support/scene.ts";
import { filesBelow } from "../support/scene-facts.ts";
import { pathOf } from "../support/scene-files.ts";

test("M1: a source that was set aside gets its name back when its copy turns out damaged", {
  skip: needsRoot,
}, async () => {
  await using scene = await makeScene({ tiny: 20 });
  const unharmed = await scene.traced("job", { calls: ["unlinkat"] }, ["run", "--json"]);
  const asides = unharmed.calls.filter(({ text }) => text.includes('".tierkeep-aside-'));
  const point = pointsOf(asides, "unlinkat").at(-1);
  ok(point !== undefined, "no source was set aside");
  await meet(scene, "job", { ...point, deed: { signal: "KILL" } });
  const sources = readdirSync(scene.source, { recursive: true, encoding: "latin1" });
  equal(sources.filter((name) => name.includes(".tierkeep-aside-")).length, 1);
  const stored = `${scene.warm}/scene`;
  for (const { name } of filesBelow(stored, false)) truncateSync(pathOf(stored, name), 1);
  const repair = await scene.tierkeep("run", "--json");
  equal(repair.exitCode, 13, repair.stdout);
  const everywhere = [...filesBelow(scene.source, false), ...filesBelow(stored, false)].map(({ name }) => name);
  equal(everywhere.filter((name) => name.includes(".tierkeep-aside-")).length, 0, everywhere.join("\n"));
});
