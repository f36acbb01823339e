import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import { scratch } from "../../support/scratch.ts";
import { attackMs, openAttack } from "./attack.ts";
import { openCleanScene } from "./scene.ts";

const rule = {
  include: ["f*"],
  ageBy: ["mtime"],
  maxDelete: { files: 100_000, bytes: undefined, share: 1 },
} as const;

test("D1: directories swapped for links at full speed lead `find -exec rm` to a victim's files, and clean never", async () => {
  using place = scratch("attack");
  const [tree, victim] = [`${place.path}/tree`, `${place.path}/victim`];
  mkdirSync(tree);
  {
    await using attack = await openAttack(tree, victim);
    using scene = openCleanScene(tree);
    const counts = new Map<string, number>();
    for (const end = performance.now() + attackMs; performance.now() < end; ) {
      const outcomes = await scene.run({ rule, nowMs: Date.now() });
      for (const { result } of Object.values(outcomes)) counts.set(result, (counts.get(result) ?? 0) + 1);
      attack.refill();
    }
    assert.deepEqual(attack.victims(), []);
    const { cleaned = 0, "changed-since-plan": met = 0 } = Object.fromEntries(counts);
    assert.ok(cleaned > 1_000 && met > 1_000, `it worked beside the attack: ${JSON.stringify([...counts])}`);
  }
  await using attack = await openAttack(tree, victim);
  for (const end = performance.now() + 20_000; attack.victims().length === 0 && performance.now() < end; ) {
    execFileSync("sh", ["-c", `find "$0" -name 'f*' -type f -exec rm -f {} + 2>&1 || true`, tree]);
    attack.refill();
  }
  assert.notDeepEqual(attack.victims(), [], "deleting by path was led astray");
});
