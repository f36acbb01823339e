import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fits, fitting, listLines, screenWidth, spread, wordLines } from "./layout.ts";
import { textWidth } from "./terminal.ts";

test("the right part ends at the edge, or stands two columns behind what is too long", () => {
  assert.equal(spread("name", "6 s"), `name${" ".repeat(73)}6 s`);
  assert.equal(spread("n".repeat(79), "6 s"), `${"n".repeat(79)}  6 s`);
  assert.equal(spread("name", ""), "name");
  assert.ok(fits("n".repeat(70), "r".repeat(8)));
  assert.ok(!fits("n".repeat(70), "r".repeat(9)));
});

const word = fc.stringMatching(/^[a-z]{1,30}$/);

test("no line is wider than the screen, no item is broken, none is lost", () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), fc.nat(20), (items, indent) => {
      const lines = listLines(items, { lead: "stays: ", separator: ", ", indent });
      for (const line of lines) assert.ok(indent + textWidth(line) <= screenWidth);
      assert.deepEqual(lines.join(" ").replace("stays: ", "").replaceAll(",", " ").trim().split(/ +/), items);
      for (const line of lines.slice(1)) assert.match(line, /^ {7}\S/);
    }),
  );
});

test("an item alone may be wider than the screen", () => {
  const long = "x".repeat(100);
  assert.deepEqual(wordLines(`see ${long} there`, { lead: "- ", indent: 0 }), ["- see", `  ${long}`, "  there"]);
  assert.deepEqual(listLines([], { lead: "stays: ", separator: ", ", indent: 0 }), []);
});

test("examples fit on one line, and there is always one", () => {
  assert.deepEqual(fitting(["aaa", "bbb", "ccc"], ", ", 8), ["aaa", "bbb"]);
  assert.deepEqual(fitting(["aaa", "bbb", "ccc"], ", ", 13), ["aaa", "bbb", "ccc"]);
  assert.deepEqual(fitting(["a".repeat(100), "b"], ", ", 10), ["a".repeat(100)]);
  assert.deepEqual(fitting([], ", ", 10), []);
});
