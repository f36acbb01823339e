import assert from "node:assert/strict";
import { linkSync, mkdirSync, statSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { contentBelow, filesBelow, logText, oldFile, stagedBelow } from "./files.ts";
import { openMemoryScene, type Scene } from "./scene.ts";

const numRuns = process.env.TIERKEEP_FULL === "1" ? 200 : 15;

const name = fc.constantFrom("a", "b", "app.log", "app.log.1", "app.log.2.gz", "x-20260101", ".hidden", "wtmp", "c d");
const folder = fc.constantFrom("", "nginx/", "deep/er/", "pg/", "old/");
const file = fc.record({
  path: fc.tuple(folder, name).map((parts) => parts.join("")),
  days: fc.constantFrom(0, 3, 6, 8, 30, 400, -5),
  content: fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.nat(60).map((lines) => logText(lines)),
  ),
  kind: fc.constantFrom("file", "file", "file", "link", "hard-link"),
});
const tree = fc.uniqueArray(file, { minLength: 1, maxLength: 14, selector: ({ path }) => path });
const rule = fc.record({
  compress: fc.constantFrom("none" as const, "zstd" as const, "gzip" as const, "zstd-single" as const),
  layout: fc.constantFrom("tree" as const, "by-date" as const),
  olderThanMs: fc.constantFrom(0, 7, 100).map((days) => days * 86_400_000),
  exclude: fc.constantFrom([], ["*.gz"], ["old/"], ["/nginx/*"]),
  activeLogs: fc.boolean(),
});

test("applying a plan and planning again gives nothing; what was due is on the tier, what was not is untouched", async () => {
  await fc.assert(
    fc.asyncProperty(tree, rule, async (files, someRule) => {
      using scene = openMemoryScene({ rule: someRule });
      plant(scene, files);
      const before = contentBelow(scene.source);
      const nowMs = Date.now();
      const plan = await scene.plan({ nowMs });
      const { results } = await scene.run({ nowMs });
      assert.deepEqual(Object.keys(results).toSorted(), plan.due, "run does what plan said");
      assert.deepEqual(
        [...new Set(Object.values(results))].filter((result) => result !== "moved"),
        [],
      );
      assert.deepEqual((await scene.plan({ nowMs })).due, []);
      assert.deepEqual(stagedBelow(scene.tier), []);
      const left = contentBelow(scene.source);
      const due = new Set(plan.due);
      for (const [path, hash] of before) assert.equal(left.get(path), due.has(path) ? undefined : hash, path);
      const stored = scene.placements();
      assert.deepEqual(stored.map(({ path }) => path.slice(scene.source.length + 1)).toSorted(), plan.due);
      for (const { path, sha256 } of stored) assert.equal(sha256, before.get(path.slice(scene.source.length + 1)));
    }),
    { numRuns },
  );
});

test("older is never hotter: made older, a file that is due stays due, and no other file's fate changes", async () => {
  await fc.assert(
    fc.asyncProperty(tree, rule, fc.nat(13), async (files, someRule, which) => {
      using scene = openMemoryScene({ rule: someRule });
      const single = files.map((each) => ({ ...each, kind: "file" }));
      plant(scene, single);
      const nowMs = Date.now() + 60_000;
      const before = new Set((await scene.plan({ nowMs })).due);
      const aged = single[which % single.length];
      if (aged === undefined || aged.days < 0) return;
      oldFile(`${scene.source}/${aged.path}`, aged.content, aged.days + 50);
      const after = new Set((await scene.plan({ nowMs })).due);
      for (const path of before) assert.ok(after.has(path), path);
      for (const path of after) assert.ok(before.has(path) || path === aged.path, path);
    }),
    { numRuns: numRuns * 2 },
  );
});

test("a plan changes nothing, however often it is made", async () => {
  using scene = openMemoryScene();
  for (const path of ["a", "deep/b"]) oldFile(`${scene.source}/${path}`);
  const facts = () => filesBelow(scene.source).map((path) => statSync(`${scene.source}/${path}`, { bigint: true }));
  const before = facts();
  const first = await scene.plan();
  assert.deepEqual(await scene.plan(), first);
  assert.deepEqual(facts(), before);
  assert.deepEqual([filesBelow(scene.tier), stagedBelow(scene.tier)], [[], []]);
});

interface Planted {
  readonly path: string;
  readonly days: number;
  readonly content: string;
  readonly kind: string;
}

function plant(scene: Scene, files: readonly Planted[]): void {
  const [first] = files;
  for (const { path, days, content, kind } of files) {
    const at = `${scene.source}/${path}`;
    mkdirSync(dirname(at), { recursive: true });
    if (kind === "link") symlinkSync("nowhere", at);
    else if (kind === "hard-link" && first !== undefined && first.path !== path && first.kind === "file") {
      linkSync(`${scene.source}/${first.path}`, at);
    } else oldFile(at, content, days);
  }
}
