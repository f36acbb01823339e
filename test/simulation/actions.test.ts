import { deepEqual, ok } from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { scratch } from "../support/scratch.ts";
import { runsAll } from "../support/seeded.ts";
import { openDice } from "./dice.ts";
import { askCatalog } from "./questions.ts";
import { openWorld, readWorldConfig } from "./world.ts";
import { edits, fileActions } from "./world-actions.ts";
import { checkEnded, checkWorld } from "./world-check.ts";
import { runActions } from "./world-runs.ts";

// Random actions against a model of what must exist: files, sets and scratch are written, renamed, linked and removed;
// runs come, and are killed; versions come back; the configuration is edited. Every restore is compared (kopia's idea).
const dice = openDice();
const worlds = runsAll ? 40 : 4;
const actionsInAWorld = 150;
const kinds = [fileActions, fileActions, runActions, runActions, edits];

test("random actions: what nobody removed is there, and comes back as it was", { timeout: 3_600_000 }, async (t) => {
  t.diagnostic(`seed ${dice.seed}: TIERKEEP_SEED=${dice.seed} repeats it`);
  const counts = new Map<string, number>();
  for (let world = 0; world < worlds; world += 1) await liveThrough(counts);
  t.diagnostic(JSON.stringify(Object.fromEntries(counts)));
  if (!dice.isUsual) return;
  for (const [name] of kinds.flat()) ok(counts.has(name), `${name} never came`);
});

async function liveThrough(counts: Map<string, number>): Promise<void> {
  using dir = scratch("actions", existsSync("/dev/shm") ? "/dev/shm" : undefined);
  const world = openWorld(dir.path);
  const done: string[] = [];
  for (let index = 0; index < actionsInAWorld; index += 1) {
    const [name, action] = dice.pick(dice.pick(kinds));
    done.push(name);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    const when = `${index + 1} actions, ${done.slice(-8).join(", ")}`;
    try {
      await action(world, dice);
    } catch (cause) {
      throw new Error(`after ${when}`, { cause });
    }
    checkWorld(world, when);
    if (name === "approve and run") checkEnded(world, when);
  }
  deepEqual(await askCatalog(readWorldConfig(world), world.nowMs), [], "catalog check");
}
