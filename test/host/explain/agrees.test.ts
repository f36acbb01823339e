import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { passesWithTime } from "../../../src/policies/due.ts";
import type { ReasonCode } from "../../../src/policies/reasons.ts";
import { dayMs, openExplainScene, pathsOf, type SceneFile, type SceneKind } from "./scene.ts";

const skip = process.getuid?.() === 0 ? false : "needs root to take leases on any file";
/** Whole seconds, which `utimes` keeps exactly. */
const startMs = Math.floor(Date.now() / 1_000) * 1_000;
/** What a test makes is settled by then. */
const settledMs = startMs + dayMs + 3_600_000;

const directories = ["", "app/", "app/deep/", "kept/"];
const names = ["app.log", "app.log.1", "app.log.2.gz", "core", "notes.keep", "wtmp", ".hidden", "lone.log"];
const paths = directories.flatMap((directory) => names.map((name) => `${directory}${name}`));

/** Trees with files on both sides of every age, from the future, linked, open, excluded, about to be written again. */
const trees: fc.Arbitrary<readonly SceneFile[]> = fc.uniqueArray(
  fc.record({
    path: fc.constantFrom(...paths),
    modifiedMs: fc.integer({ min: -20 * dayMs, max: 2 * dayMs }).map((ms) => startMs + ms),
    accessedMs: fc.integer({ min: -20 * dayMs, max: dayMs }).map((ms) => startMs + ms),
    kind: fc.constantFrom("file", "file", "file", "link", "hard-link"),
    isOpen: fc.boolean(),
  }),
  { selector: ({ path }) => path, maxLength: 12 },
);

for (const kind of ["move", "move unused", "clean"] as const) {
  test(`${kind}: of every file explain says what the plan says, and the plan of that day keeps its promise`, {
    skip,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(trees, fc.constantFrom(startMs + dayMs / 2, settledMs, settledMs + 5 * dayMs), (files, nowMs) =>
        compare(kind, files, nowMs),
      ),
      { numRuns: process.env.TIERKEEP_FULL === "1" ? 200 : 15 },
    );
  });
}

async function compare(kind: SceneKind, files: readonly SceneFile[], nowMs: number): Promise<void> {
  using scene = openExplainScene(kind, files);
  const planned = await scene.planAt(nowMs);
  for (const path of pathsOf(files)) {
    const { verdict } = await scene.explainAt(path, nowMs);
    const decided = planned.get(path) ?? (path.startsWith("kept/") ? "excluded" : "never told");
    assert.equal(verdict?.reason, decided, path);
    if (!passesWithTime(verdict?.reason as ReasonCode)) continue;
    assert(verdict?.dueAt != null, `${path} has no date`);
    const dueMs = Date.parse(verdict.dueAt);
    // A scan goes by whole milliseconds.
    const before = (await scene.planAt(dueMs - 2)).get(path);
    assert(passesWithTime(before as ReasonCode), `${path}: ${before} right before it is due`);
    const then = (await scene.planAt(dueMs)).get(path) ?? "never told";
    // Who has it open, and which links lie elsewhere, is asked only of what is old enough.
    const promised = verdict.thenReason ?? "due";
    assert([promised, "open-for-writing", "in-use", "linked-elsewhere"].includes(then), `${path}: ${then}`);
  }
}

test("a directory is the sum of what is in it, and tells when the first of it is due", { skip }, async () => {
  const nowMs = settledMs;
  const young = (path: string, days: number): SceneFile => {
    return { path, modifiedMs: nowMs - days * dayMs, accessedMs: nowMs, kind: "file", isOpen: false };
  };
  using scene = openExplainScene("move", [
    ...[young("a/x.1", 5), young("a/x.2", 6), young("a/b/x.3", 2), young("a/x.4", 9), young("a/b/x.5", 20)],
    ...[young("a/no.keep", 9), young("c/x.6", 6.5), young("c/x.7", 30)],
  ]);
  const { found, verdict, due, kept } = await scene.explainAt("a" as never, nowMs);
  assert.deepEqual([found?.kind, verdict, due], ["directory", null, { count: 2, bytes: 5 + 7 }]);
  const { "too-young": tooYoung, excluded } = kept;
  assert.deepEqual([tooYoung?.count, tooYoung?.bytes, excluded?.count], [3, 5 + 5 + 7, 1]);
  assert.equal(tooYoung?.firstDueAt, new Date(Math.floor(nowMs) + dayMs).toISOString());
  assert.deepEqual(tooYoung?.examples.map(({ path }) => path).sort(), ["a/b/x.3", "a/x.1", "a/x.2"]);
  const whole = await scene.explainAt("" as never, nowMs);
  assert.deepEqual([whole.due.count, whole.kept["too-young"]?.count], [3, 4]);
});
