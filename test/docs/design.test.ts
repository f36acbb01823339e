import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { printFacts } from "../../src/catalog/facts.ts";
import { type ManifestLine, printManifestLine } from "../../src/catalog/manifest.ts";
import { migrations } from "../../src/catalog/schema.ts";
import { rawPathOfBytes } from "../../src/lib/raw-path.ts";
import { tierReadme } from "../../src/moves/tier-readme.ts";

const design = globSync("docs/{design,decisions}/*.md").map((path) => ({ path, text: readFileSync(path, "utf8") }));

test("symbols that the design pages name are in the code", () => {
  const code = globSync(["src/**/*.ts", "test/**/*.ts", "scripts/**/*.ts"])
    .map((path) => readFileSync(path, "utf8"))
    .join("\n");
  const words = new Set(code.match(/\b\w+\b/g));
  const missing = design.flatMap(({ path, text }) =>
    [...text.matchAll(/`([a-z]+[A-Z]\w*)(?:\([^`]*\))?`/g)]
      .map((match) => match[1] ?? "")
      .filter((name) => !words.has(name))
      .map((name) => `${path}: ${name}`),
  );
  assert.deepEqual(missing, []);
});

test("docs/design/catalog.md has every table, and no other", () => {
  const made = [...migrations.join("\n").matchAll(/CREATE TABLE (\w+)/g)].map((match) => match[1]);
  assert.deepEqual(cellsBelow("catalog.md", "## Tables").sort(), made.sort());
});

test("docs/design/catalog.md has every state of a batch", () => {
  const states = readFileSync("src/catalog/operation.ts", "utf8").match(/type BatchState = ([^;]+);/)?.[1] ?? "";
  assert.deepEqual(
    cellsBelow("catalog.md", "## States of a batch"),
    [...states.matchAll(/"(\w+)"/g)].map((match) => match[1]),
  );
});

test("docs/design/formats.md has every key of a manifest line, and no other", () => {
  const printed = fullLines().flatMap((line) => Object.keys(JSON.parse(printManifestLine(line))));
  const told = cellsBelow("formats.md", "## Manifest lines");
  assert.deepEqual([...new Set(told)].sort(), [...new Set(printed)].sort());
});

test("the README.txt of a tier fits into a terminal and needs no other characters", () => {
  assert.deepEqual(
    tierReadme.split("\n").filter((line) => line.length > 80 || !/^[\x20-\x7e]*$/.test(line)),
    [],
  );
});

/** The words in code in the first column of a section's table. */
function cellsBelow(page: string, heading: string): readonly string[] & string[] {
  const text = readFileSync(`docs/design/${page}`, "utf8");
  const section = text.split(`${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return [...section.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap((row) =>
    [...(row[1] ?? "").matchAll(/`(\w+)`/g)].map((match) => match[1] ?? ""),
  );
}

/** Lines in which no key is absent. */
function fullLines(): readonly ManifestLine[] {
  const bytes = rawPathOfBytes(Buffer.from([0xff]));
  const owner = { uid: 1, gid: 1, user: "u", group: "g", mode: 0o644, accessedNs: "1" };
  const facts = printFacts({ ...owner, xattrs: { "user.x": "" }, holes: [[0, 4096]] });
  const stored = { host: "h", job: "j", tier: "t", path: bytes, storedAs: bytes, modifiedNs: 1n, sizeBytes: 1 };
  const hashes = { storedBytes: 1, sha256: "", storedSha256: "", compression: "none", facts } as const;
  return [
    { fact: "stored", id: "r.j.1", atMs: 0, ...stored, ...hashes, linkGroup: "r.j.1" },
    { ...stored, fact: "link", id: "r.j.1", atMs: 0, target: bytes, facts },
    { fact: "withdrawn", id: "r.j.1", atMs: 0, reason: "" },
    { fact: "moved-on", id: "r.j.1", atMs: 0, to: "cold" },
  ];
}
