import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type RawPath, rawPath } from "../lib/raw-path.ts";
import { compileSelection } from "./patterns.ts";

test("a pattern without a slash fits at any depth, one with a slash from the source", () => {
  assert.deepEqual(selected(["*.log"], ["a.log", "deep/er/b.log", "a.log.1"]), ["a.log", "deep/er/b.log"]);
  assert.deepEqual(selected(["/*.log"], ["a.log", "deep/b.log"]), ["a.log"]);
  assert.deepEqual(selected(["deep/*.log"], ["a.log", "deep/b.log", "x/deep/b.log"]), ["deep/b.log"]);
  assert.deepEqual(selected(["**/x/*"], ["x/a", "deep/x/a", "deep/x/y/a"]), ["x/a", "deep/x/a"]);
});

test("a trailing slash means a directory and all below it", () => {
  assert.deepEqual(selected(["old/"], ["old/a", "deep/old/er/a", "old", "new/a"]), ["old/a", "deep/old/er/a"]);
  const { prunes } = compileSelection({ include: [], exclude: ["cache/", "/top/"] });
  assert.deepEqual(
    ["cache", "deep/cache", "top", "deep/top"].map((path) => prunes(path as RawPath)),
    [true, true, true, false],
  );
});

test("include first, then exclude; dot files fit; nothing included means everything", () => {
  assert.deepEqual(selected(["*"], [".hidden", "a", ".b/.c"]), [".hidden", "a", ".b/.c"]);
  assert.deepEqual(selected(["*.gz"], ["a.gz", "b.gz"], ["a*"]), ["b.gz"]);
  assert.deepEqual(selected([], ["a", "b"], ["b"]), ["a"]);
});

test("brackets are the shell's", () => {
  assert.deepEqual(selected(["*.[0-9]*"], ["a.1", "a.10.gz", "a.b"]), ["a.1", "a.10.gz"]);
  assert.deepEqual(selected(["[!a]*"], ["a1", "b1", "!1"]), ["b1", "!1"]);
  assert.deepEqual(selected(["[[:digit:]]*"], ["1a", "a1"]), ["1a"]);
  assert.deepEqual(selected(["!a"], ["!a", "b"]), ["!a"]);
});

test("a pattern that is not ASCII fits names as bytes", () => {
  assert.deepEqual(selected(["Grüße*"], [rawPath("Grüße.log"), rawPath("Gruesse.log")]), [rawPath("Grüße.log")]);
});

test("M20: a question mark and a bracket are one character, whatever bytes it has, or one byte that is none", () => {
  const names = ["a", "ü", "語", "😀", "😁", "üü", "\n"].map(rawPath);
  const bytes = ["\xff", "\xff\xfe", "\xc3"];
  assert.deepEqual(
    selected(["?"], [...names, ...bytes]),
    ["a", "ü", "語", "😀", "😁", "\n"].map(rawPath).concat(["\xff", "\xc3"] as RawPath[]),
  );
  assert.deepEqual(selected(["??"], [...names, ...bytes]), [rawPath("üü"), "\xff\xfe"]);
  assert.deepEqual(selected(["[!a]"], names), ["ü", "語", "😀", "😁", "\n"].map(rawPath));
  assert.deepEqual(selected(["[äü語]"], names), ["ü", "語"].map(rawPath));
  assert.deepEqual(selected(["😀"], names), [rawPath("😀")]);
  const torn = `${rawPath("Grüße")}\xff`;
  assert.deepEqual(selected(["Grüße?"], [torn]), [torn]);
  assert.deepEqual(selected(["Grü?e?", "Gr??e?"], [torn]), [torn]);
});

test("M20: as many question marks as a name has characters fit it, and no other number", () => {
  const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }).filter((text) => !/[/\0]|^\.+$/.test(text));
  fc.assert(
    fc.property(name, fc.nat(12), (text, count) => {
      const isFit = selected(["?".repeat(count + 1)], [rawPath(text)]).length === 1;
      assert.equal(isFit, [...text].length === count + 1);
    }),
    { numRuns: 300 },
  );
});

test("M20: names with newlines and any other bytes are matched like all others", () => {
  assert.deepEqual(selected(["*"], ["\n", "\na", "a\n", "\r\n", "\xff"]), ["\n", "\na", "a\n", "\r\n", "\xff"]);
  assert.deepEqual(selected(["*.log"], ["\n.log", "a\nb.log", "a.log\n"]), ["\n.log", "a\nb.log"]);
  const byte = fc.integer({ min: 1, max: 255 }).filter((code) => code !== 0x2f);
  const name = fc
    .array(byte, { minLength: 1, maxLength: 40 })
    .map((codes) => String.fromCharCode(...codes))
    .filter((each) => each !== "." && each !== "..");
  const all = compileSelection({ include: ["*"], exclude: [] });
  const logs = compileSelection({ include: ["*.log"], exclude: [] });
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 3 }), (parts) => {
      assert.ok(all.selects(parts.join("/") as RawPath));
      assert.ok(logs.selects(`${parts.join("/")}.log` as RawPath));
    }),
  );
});

test("what is excluded is never selected, whatever is included", () => {
  const pattern = fc.constantFrom("*", "a*", "*.log", "/x/*", "**/b", "[ab]", "{a,b}.log", "?");
  const path = fc.constantFrom("a", "b", "a.log", "x/a", "x/b", "x/y/b.log", "b.log", ".a");
  fc.assert(
    fc.property(fc.array(pattern), fc.array(pattern, { minLength: 1 }), path, (include, exclude, each) => {
      const both = compileSelection({ include, exclude });
      const excluded = compileSelection({ include: exclude, exclude: [] });
      if (excluded.selects(each as RawPath)) assert.equal(both.selects(each as RawPath), false);
    }),
  );
});

function selected(
  include: readonly string[],
  paths: readonly string[],
  exclude: readonly string[] = [],
): readonly string[] {
  const { selects } = compileSelection({ include, exclude });
  return paths.filter((path) => selects(path as RawPath));
}
