import assert from "node:assert/strict";
import { closeSync, mkdirSync, openSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { openScanIndex } from "../../../src/catalog/scan-index.ts";
import { lockIfFree } from "../../../src/host/users.ts";
import type { Plan } from "../../../src/jobs/job.ts";
import { scratch } from "../../support/scratch.ts";
import { type CleanScene, openCleanScene } from "./scene.ts";

const hourMs = 3_600_000;
const soon = () => Date.now() + 10_000;
const rule = { ageBy: ["mtime"] as const };

function file(path: string, hours: number): void {
  writeFileSync(path, "");
  age(path, hours);
}

function age(path: string, hours: number): void {
  const seconds = (Date.now() - hours * hourMs) / 1000;
  utimesSync(path, seconds, seconds);
}

/** A scene that remembers what it saw, as a run does. */
function openKnownScene(): Disposable & { readonly scene: CleanScene; readonly run: (nowMs: number) => Promise<Told> } {
  using opening = new DisposableStack();
  const scene = opening.use(openCleanScene());
  const scanIndex = opening.use(openScanIndex(opening.use(scratch("scan-index")).path));
  const held = opening.move();
  return {
    scene,
    run: async (nowMs) => {
      let told: Told | undefined;
      const beforeApply = ({ steps, kept, keptAsOfMs }: Plan) => {
        const counts = Object.entries(kept).map(([code, { count }]) => [code, count] as const);
        told = {
          due: Array.from(steps(), ({ path }) => path),
          kept: Object.fromEntries(counts),
          isWhole: keptAsOfMs === undefined,
        };
      };
      await scene.run({ nowMs, rule, context: { scanIndex }, beforeApply });
      assert.ok(told !== undefined);
      return told;
    },
    [Symbol.dispose]: () => held.dispose(),
  };
}

interface Told {
  readonly due: readonly string[];
  readonly kept: Readonly<Record<string, number>>;
  readonly isWhole: boolean;
}

test("D4: a lock on a directory that need not be read again protects what has come due below it", async () => {
  using known = openKnownScene();
  const at = `${known.scene.path}/locked`;
  mkdirSync(`${at}/sub`, { recursive: true });
  file(`${at}/young`, 25);
  file(`${at}/sub/file`, 48);
  assert.deepEqual(await known.run(soon()), { due: [], kept: { "too-young": 2 }, isWhole: true });
  const fd = openSync(at, "r");
  assert.ok(lockIfFree(fd));
  const tomorrow = soon() + 25 * hourMs;
  const { due, kept, isWhole } = await known.run(tomorrow);
  closeSync(fd);
  assert.deepEqual([due, kept["in-use"], isWhole], [[], 1, false]);
  assert.deepEqual((await known.run(tomorrow)).due, ["locked/sub/file"]);
  assert.deepEqual(known.scene.left(), ["locked", "locked/sub", "locked/young"]);
});

test("D9: what lies in directories that need not be read counts for max_delete", async () => {
  using known = openKnownScene();
  for (const name of ["old", "young"]) mkdirSync(`${known.scene.path}/${name}`);
  for (let index = 0; index < 1_500; index++) file(`${known.scene.path}/old/${index}`, 48);
  for (let index = 0; index < 2_000; index++) file(`${known.scene.path}/young/${index}`, 25);
  assert.deepEqual(await known.run(soon()), { due: [], kept: { "too-young": 3_500 }, isWhole: true });
  const { due, kept, isWhole } = await known.run(soon() + 25 * hourMs);
  assert.deepEqual([due.length, kept, isWhole], [1_500, { "too-young": 2_000 }, false]);
});

test("directories above come due by their own age, once nothing but directories is in them", async () => {
  using known = openKnownScene();
  const at = known.scene.path;
  mkdirSync(`${at}/a/b/c`, { recursive: true });
  file(`${at}/a/b/file`, 48);
  for (const [name, hours] of Object.entries({ "a/b/c": 48, "a/b": 30, a: 26 })) age(`${at}/${name}`, hours);
  const nowMs = soon();
  assert.deepEqual((await known.run(nowMs)).due, []);
  assert.deepEqual((await known.run(nowMs + 25 * hourMs)).due, ["a/b/file", "a/b/c"]);
  assert.deepEqual((await known.run(nowMs + 43 * hourMs)).due, ["a/b"]);
  assert.deepEqual((await known.run(nowMs + 45 * hourMs)).due, []);
  assert.deepEqual((await known.run(nowMs + 47 * hourMs)).due, ["a"]);
  assert.deepEqual(known.scene.left(), []);
});

test("a night in which nothing came due reads nothing; a tier that was made meanwhile is met", async () => {
  using known = openKnownScene();
  const at = known.scene.path;
  mkdirSync(`${at}/a`);
  file(`${at}/a/file`, 25);
  await known.run(soon());
  const told = { due: [], kept: { "too-young": 1 }, isWhole: false };
  assert.deepEqual(await known.run(soon() + hourMs), told);
  mkdirSync(`${at}/a/.tierkeep`);
  const tomorrow = soon() + 49 * hourMs;
  assert.deepEqual((await known.run(tomorrow)).due, []);
  rmSync(`${at}/a/.tierkeep`, { recursive: true });
  assert.deepEqual((await known.run(tomorrow)).due, ["a/file"]);
});
