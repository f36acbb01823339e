import { equal, ok } from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { needsRoot } from "../support/loop-mount.ts";
import { type Point, pointsOf } from "../support/points.ts";
import { makeScene, type Scene } from "../support/scene.ts";
import { checkAllMoved } from "../support/scene-checks.ts";
import { fingerprint } from "../support/scene-facts.ts";
import { scratch } from "../support/scratch.ts";
import { runsAll, seeded } from "../support/seeded.ts";

// A restore is one process; it dies by strace at each of its calls. All places with TIERKEEP_FULL=1, else one each.
const dice = seeded();
const ofCopying = ["openat2", "mkdirat", "pwrite64", "ftruncate", "fchownat", "fchmod", "utimensat", "fsetxattr"];
const calls = [...ofCopying, "fsync", "renameat2", "linkat", "close"];

test("M8, M9: a restore that dies leaves no half file, and the next one clears up", { skip: needsRoot }, async (t) => {
  t.diagnostic(`seed ${dice.seed}: TIERKEEP_SEED=${dice.seed} repeats the choices`);
  await using scene = await makeScene({ tiny: 20 });
  const before = fingerprint(scene.source);
  equal((await scene.tierkeep("run", "--json")).exitCode, 0);
  using first = scratch("tierkeep-to");
  const unharmed = await scene.traced("main", { calls }, ["restore", "/", "--to", first.path, "--json"]);
  equal(unharmed.exitCode, 0, unharmed.stderr);
  for (const call of calls) {
    const points = pointsOf(unharmed.calls, call);
    for (const point of runsAll ? points : [dice.pick(points)]) {
      await t.test(`killed at ${call} #${point.occurrence}`, () => dieAt(scene, before, point));
    }
  }
});

async function dieAt(scene: Scene, before: ReadonlyMap<string, string>, { call, occurrence }: Point): Promise<void> {
  using to = scratch("tierkeep-to");
  const restore = ["restore", "/", "--to", to.path, "--json"];
  const injection = { call, occurrence, deed: { signal: "KILL" } } as const;
  const killed = await scene.traced("main", { calls: [call], injection }, restore);
  const [hit] = killed.hits;
  ok(hit !== undefined, `the restore ended before ${call} #${occurrence}`);
  const target = `${to.path}${scene.source}`;
  // A name that is there is the whole file with all that belongs to it; what is unfinished has a name of its own.
  for (const [name, facts] of fingerprint(target)) {
    if (!isStaged(name)) equal(withoutLinks(facts), withoutLinks(before.get(name) ?? ""), `${name} after ${hit.text}`);
  }
  const again = await scene.tierkeep(...restore, "--keep-both");
  equal(again.exitCode, 0, again.stdout);
  equal(staged(to.path).length, 0, `left over after ${hit.text}`);
  const moved = scene.files.filter((file) => file.moves).map((file) => file.name);
  const names = new Set(fingerprint(target).keys());
  for (const name of moved) ok(names.has(name), `${name} was not restored`);
  checkAllMoved(scene);
}

function isStaged(name: string): boolean {
  return /(^|\/)\.tierkeep-/.test(name);
}

function staged(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: "latin1" }).filter(isStaged);
}

/** A hard link that was to come next is not there yet. */
function withoutLinks(facts: string): string {
  return facts.replace(/"sameAs":"[^"]*",?/, "");
}
