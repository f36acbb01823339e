import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { SystemError } from "../../../src/host/native.ts";
import { bytesOf, type RawPath } from "../../../src/lib/raw-path.ts";
import { bytePath, contentBelow, filesBelow, hashOf, makeOld, oldFile } from "./files.ts";
import { openMemoryScene } from "./scene.ts";

test("M10: the daily app.log.8: other content under the name of yesterday's keeps both", async () => {
  using scene = openMemoryScene();
  for (const content of ["monday", "tuesday", "wednesday"]) {
    oldFile(`${scene.source}/app.log.8`, content);
    assert.deepEqual((await scene.run()).results, { "app.log.8": "moved" });
  }
  const stored = filesBelow(scene.tier);
  assert.equal(stored.length, 3);
  assert.match(stored.join(" "), /^jts-1\/logs\/app\.log\.8 jts-1\/logs\/app\.log\.8\.[0-9a-f]{8} /);
  assert.equal(readFileSync(`${scene.tier}/jts-1/logs/app.log.8`, "utf8"), "monday");
  assert.equal(scene.placements("/**/app.log.8").length, 3);
});

test("M10: by-date layout keeps versions of a rotating name apart; the hash stands before the suffix", async () => {
  using scene = openMemoryScene({ rule: { layout: "by-date", compress: "zstd" } });
  const text = (label: string) => label.repeat(200);
  for (const [content, days] of [
    ["a", 30],
    ["b", 31],
    ["c", 30],
  ] as const) {
    oldFile(`${scene.source}/app.log.8`, text(content), days);
    await scene.run();
  }
  const stored = filesBelow(scene.tier).map((path) => path.replace(/\d{4}\/\d\d\/\d\d/, "DAY"));
  assert.equal(new Set(filesBelow(scene.tier)).size, 3);
  assert.deepEqual(stored.map((path) => path.replace(/[0-9a-f]{8}/, "HASH")).toSorted(), [
    "jts-1/logs/DAY/app.log.8.HASH.zst",
    "jts-1/logs/DAY/app.log.8.zst",
    "jts-1/logs/DAY/app.log.8.zst",
  ]);
});

test("M10: the same content already there is done, not doubled", async () => {
  using scene = openMemoryScene();
  for (let round = 0; round < 2; round++) {
    oldFile(`${scene.source}/a`, "the same");
    assert.deepEqual((await scene.run()).results, { a: "moved" });
  }
  assert.deepEqual(filesBelow(scene.tier), ["jts-1/logs/a"]);
  assert.deepEqual(filesBelow(scene.source), []);
});

test("M10: a directory, a link or a socket in the way is never replaced or followed", async () => {
  using scene = openMemoryScene();
  const folder = `${scene.tier}/jts-1/logs`;
  mkdirSync(`${folder}/dir`, { recursive: true });
  writeFileSync(`${scene.path}/outside`, "outside");
  symlinkSync(`${scene.path}/outside`, `${folder}/link`);
  symlinkSync(`${scene.path}/nowhere`, `${folder}/dangling`);
  for (const name of ["dir", "link", "dangling"]) oldFile(`${scene.source}/${name}`, name);
  const { results } = await scene.run();
  assert.deepEqual(results, { dir: "moved", link: "moved", dangling: "moved" });
  assert.equal(readFileSync(`${scene.path}/outside`, "utf8"), "outside");
  const stored = contentBelow(folder);
  assert.equal(stored.get("link"), `-> ${scene.path}/outside`);
  const hashed = [...stored.keys()].filter((path) => /\.[0-9a-f]{8}$/.test(path));
  assert.deepEqual(
    hashed.map((path) => path.replace(/\.\w{8}$/, "")),
    ["dangling", "dir", "link"],
  );
});

test("M10: both names taken by other content: the file stays, and it is said", async () => {
  using scene = openMemoryScene();
  oldFile(`${scene.source}/a`, "mine");
  await scene.run();
  const sha256 = scene.placements()[0]?.sha256 ?? "";
  rmSync(`${scene.tier}/jts-1/logs/a`);
  oldFile(`${scene.tier}/jts-1/logs/a`, "another's");
  oldFile(`${scene.tier}/jts-1/logs/a.${sha256.slice(0, 8)}`, "another's, too");
  oldFile(`${scene.source}/a`, "mine");
  const { outcomes } = await scene.run();
  assert.deepEqual(
    outcomes.map(({ result }) => result),
    ["name-taken"],
  );
  assert.match(outcomes[0]?.message ?? "", /other content lies at jts-1\/logs\/a on warm/);
  assert.equal(readFileSync(`${scene.source}/a`, "utf8"), "mine");
});

test("M20: what is said of a file shows its name as it can be pasted, whatever its bytes do to a terminal", async () => {
  using scene = openMemoryScene();
  const name = "a\x1b[31m\n";
  oldFile(`${scene.source}/${name}`, "mine");
  mkdirSync(`${scene.tier}/jts-1/logs`, { recursive: true });
  const hash = hashOf(`${scene.source}/${name}`).slice(0, 8);
  for (const taken of [name, `${name}.${hash}`]) writeFileSync(`${scene.tier}/jts-1/logs/${taken}`, "another's");
  const { outcomes } = await scene.run();
  assert.equal(outcomes[0]?.message, "other content lies at $'jts-1/logs/a\\x1b[31m\\n' on warm");
  const error = new SystemError("EIO", "read", name);
  assert.deepEqual([error.message, error.path], ["EIO: read on $'a\\x1b[31m\\n'", name]);
});

test("M10: a name that is taken in the last instant is left alone; the source stays", async () => {
  using scene = openMemoryScene();
  oldFile(`${scene.source}/a`, "mine");
  const verify = () => oldFile(`${scene.tier}/jts-1/logs/a`, "came first");
  const { results } = await scene.run({ after: { verify } });
  assert.deepEqual(results, { a: "name-taken" });
  assert.equal(readFileSync(`${scene.tier}/jts-1/logs/a`, "utf8"), "came first");
  assert.equal(readFileSync(`${scene.source}/a`, "utf8"), "mine");
  assert.deepEqual(scene.placements(), []);
  assert.deepEqual((await scene.run()).results, { a: "moved" }, "the next run gives it the other name");
});

const byte = fc.integer({ min: 1, max: 255 }).filter((code) => code !== 0x2f);
const anyName = fc.array(byte, { minLength: 1, maxLength: 60 }).map((codes) => String.fromCharCode(...codes));
const oddName = fc.constantFrom(
  "-rf",
  "--",
  "a\nb",
  "a\tb\r",
  "'; rm -rf .",
  '"$HOME"`id`',
  "a|b",
  "*",
  "[x]{a,b}!(c)",
  "\xff\xfe",
  "\xc3\x28",
  " ",
  "a ",
  "...",
  ".hidden",
  "~",
  "a\\b",
  "%s%n",
  "x".repeat(255),
  "y".repeat(252),
  "\xe2\x80\xae",
);
const name = fc.oneof(anyName, oddName).filter((each) => each !== "." && each !== "..");
const tree = fc.uniqueArray(
  fc.record({ path: fc.array(name, { minLength: 1, maxLength: 3 }), content: fc.string({ maxLength: 300 }) }),
  { minLength: 1, maxLength: 12, selector: ({ path }) => path[0] },
);

test("M20: any names of any bytes survive move, find and restore, and are moved only once", async () => {
  const numRuns = process.env.TIERKEEP_FULL === "1" ? 300 : 12;
  await fc.assert(
    fc.asyncProperty(tree, fc.constantFrom("none", "zstd", "gzip"), async (files, compress) => {
      using scene = openMemoryScene({ rule: { compress } });
      for (const { path, content } of files) plant(scene.source, path, content);
      const before = contentBelow(scene.source);
      const { results } = await scene.run();
      assert.deepEqual([...new Set(Object.values(results))], ["moved"]);
      assert.deepEqual([filesBelow(scene.source), (await scene.plan()).due], [[], []]);
      const found = scene.placements(scene.source).map((each) => each.path);
      assert.deepEqual(found.toSorted(), [...before.keys()].map((path) => `${scene.source}/${path}`).toSorted());
      const restored = await scene.restore("/", `${scene.path}/out`);
      assert.deepEqual(
        restored.filter((file) => file.error !== null),
        [],
      );
      assert.deepEqual(contentBelow(`${scene.path}/out${scene.source}`), before);
    }),
    { numRuns },
  );
});

test("M20: a name that is too long with its suffix is cut on the tier and comes back whole", async () => {
  using scene = openMemoryScene({ rule: { compress: "zstd" } });
  const names = ["x".repeat(252), "x".repeat(255), `${"x".repeat(254)}y`, "\xff".repeat(253)];
  for (const each of names) plant(scene.source, [each], "long ".repeat(100));
  await scene.run();
  const stored = filesBelow(`${scene.tier}/jts-1/logs`);
  assert.equal(stored.length, 4);
  for (const each of stored) assert.match(each, /^[x\xff]{180}~[0-9a-f]{16}\.zst$/);
  await scene.restore("/", `${scene.path}/out`);
  assert.deepEqual(filesBelow(`${scene.path}/out${scene.source}`), names.toSorted());
});

function plant(root: string, path: readonly string[], content: string): void {
  for (let depth = 1; depth < path.length; depth++) {
    mkdirSync(bytePath(root, path.slice(0, depth).join("/")), { recursive: true });
  }
  const file = Buffer.concat([Buffer.from(`${root}/`), bytesOf(path.join("/") as RawPath)]);
  writeFileSync(file, content);
  makeOld(file);
}
