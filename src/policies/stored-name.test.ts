import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { baseName, parentOf, type RawPath } from "../lib/raw-path.ts";
import { nameWithHash, type StoredName, storedName } from "./stored-name.ts";

const sha256 = "1a2b3c4d".repeat(8);
const dayNs = 86_400_000_000_000n;

test("tree keeps the path, by-date puts the UTC day of its modification before it", () => {
  const facts = factsOf({ path: "nginx/access.log.8", modifiedNs: 20_454n * dayNs + 1n });
  assert.equal(storedName({ ...facts, layout: "tree" }), "nginx/access.log.8.zst");
  assert.equal(storedName({ ...facts, layout: "by-date" }), "2026/01/01/nginx/access.log.8.zst");
  assert.equal(
    storedName({ ...facts, layout: "by-date", modifiedNs: 20_454n * dayNs - 1n }),
    "2025/12/31/nginx/access.log.8.zst",
  );
});

test("M17: what is older than 1990 is undated, before 1970 too", () => {
  for (const [modifiedNs, folder] of [
    [0n, "undated"],
    [-5n * dayNs, "undated"],
    [7_305n * dayNs - 1n, "undated"],
    [7_305n * dayNs, "1990/01/01"],
  ] as const) {
    assert.equal(parentOf(storedName(factsOf({ path: "a", modifiedNs, layout: "by-date" }))), folder);
  }
});

test("M10: in a collision the content's hash stands before the suffix", () => {
  const limits = { suffix: ".zst", nameMaxBytes: 255 };
  assert.equal(nameWithHash("d/app.log.8.zst" as RawPath, sha256, limits), "d/app.log.8.1a2b3c4d.zst");
  assert.equal(nameWithHash("app.log.8" as RawPath, sha256, { ...limits, suffix: "" }), "app.log.8.1a2b3c4d");
});

test("a name that the tier cannot take is cut and told apart by its path", () => {
  const name = "x".repeat(252);
  const one = storedName(factsOf({ path: `a/${name}` }));
  assert.match(one, /^a\/x{180}~[0-9a-f]{16}\.zst$/);
  assert.notEqual(baseName(one), baseName(storedName(factsOf({ path: `b/${name}` }))));
  assert.equal(storedName(factsOf({ path: "x".repeat(251) })), `${"x".repeat(251)}.zst`);
});

const byte = fc.integer({ min: 1, max: 255 }).filter((code) => code !== 0x2f);
const name = fc
  .array(byte, { minLength: 1, maxLength: 255, size: "max" })
  .map((codes) => String.fromCharCode(...codes))
  .filter((each) => each !== "." && each !== "..");
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const facts = fc
  .record({
    path,
    modifiedNs: fc.bigInt({ min: -(10n ** 18n), max: 2n * 10n ** 18n }),
    layout: fc.constantFrom("by-date" as const, "tree" as const),
    suffix: fc.constantFrom(".zst", ".gz", ""),
    nameMaxBytes: fc.integer({ min: 64, max: 255 }),
  })
  .map(factsOf);

test("no stored name is longer than the tier allows, with or without the hash", () => {
  fc.assert(
    fc.property(facts, (each) => {
      const stored = storedName(each);
      for (const made of [stored, nameWithHash(stored, sha256, each)]) {
        assert.ok(baseName(made).length <= each.nameMaxBytes, `${baseName(made).length} > ${each.nameMaxBytes}`);
        assert.ok(made.endsWith(each.suffix));
      }
    }),
  );
});

test("two paths never get one name, but where one name is the other with its suffix", () => {
  fc.assert(
    fc.property(facts, path, (each, other) => {
      fc.pre(each.path !== other);
      assert.notEqual(storedName(each), storedName({ ...each, path: other as RawPath }));
    }),
  );
});

test("the name with the hash is another name in the same directory, and tells contents apart", () => {
  fc.assert(
    fc.property(facts, (each) => {
      const stored = storedName(each);
      const hashed = nameWithHash(stored, sha256, each);
      assert.equal(parentOf(hashed), parentOf(stored));
      assert.notEqual(hashed, stored);
      assert.notEqual(hashed, nameWithHash(stored, "f".repeat(64), each));
    }),
  );
});

function factsOf(some: Partial<Omit<StoredName, "path">> & { readonly path: string }): StoredName {
  return { modifiedNs: 0n, layout: "tree", suffix: ".zst", nameMaxBytes: 255, ...some, path: some.path as RawPath };
}
