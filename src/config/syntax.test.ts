import assert from "node:assert/strict";
import test from "node:test";
import { fakeConfigDeps } from "./fake-deps.ts";
import { judgeConfig } from "./load.ts";
import { problemLines } from "./problem-text.ts";

function shown(text: string): string {
  return problemLines(judgeConfig({ file: "tierkeep.toml", text }, fakeConfigDeps()).problems).join("\n");
}

test("a syntax error shows its line with a caret", () => {
  assert.equal(
    shown('version = 1\n[[move]]\nolder_than = "7d\n'),
    [
      "tierkeep.toml:3  not TOML: a quote is missing at the end of this string",
      '    3 | older_than = "7d',
      "                        ^",
    ].join("\n"),
  );
});

test("a missing value is shown where it is missing", () => {
  const expected = "tierkeep.toml:2  not TOML: a value is missing here\n    2 | path =\n              ^";
  assert.equal(shown('version = 1\npath = \nwarn = "80%"\n'), expected);
  assert.equal(shown("version = 1\npath = "), expected);
});

test("a key that is there twice, and a table that is", () => {
  assert.match(shown("a = 1\na = 2\n"), /:2 {2}not TOML: this key is already defined above/);
  assert.match(shown("[tiers.a]\n[tiers.a]\n"), /:2 {2}not TOML: this key is already defined above/);
});

test("the caret of a long line stays on the screen", () => {
  const text = shown(`include = [${'"pattern", '.repeat(60)} oops]\n`);
  assert.ok(text.split("\n").every((line) => line.length < 115));
  const [, source = "", caret = ""] = text.split("\n");
  assert.equal(source[caret.indexOf("^")], "o");
});
