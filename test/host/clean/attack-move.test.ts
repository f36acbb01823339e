import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import { scratch } from "../../support/scratch.ts";
import { openScene } from "../moves/scene.ts";
import { attackMs, openAttack } from "./attack.ts";

test("D1, M24: directories swapped for links at full speed never lead a move to a victim's files", async () => {
  using place = scratch("attack");
  const [tree, victim, tier] = [`${place.path}/tree`, `${place.path}/victim`, `${place.path}/tier`];
  for (const path of [tree, tier]) mkdirSync(path);
  await using attack = await openAttack(tree, victim);
  using scene = openScene({ source: tree, tier, rule: { include: ["f*"] } });
  const counts = new Map<string, number>();
  for (const end = performance.now() + attackMs; performance.now() < end; ) {
    const { outcomes } = await scene.run();
    for (const { result } of outcomes) counts.set(result, (counts.get(result) ?? 0) + 1);
    attack.refill();
  }
  assert.deepEqual(attack.victims(), []);
  const stored = scene.placements().filter(({ sizeBytes }) => sizeBytes !== "scratch".length);
  assert.deepEqual(stored, [], "nor was one of them copied");
  assert.ok((counts.get("moved") ?? 0) > 100 && counts.size > 1, JSON.stringify([...counts]));
});
