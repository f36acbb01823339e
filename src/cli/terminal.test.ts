import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeTerminal } from "../../test/support/terminal.ts";
import { bar, columns, mark, paint, percent, sign, textWidth } from "./terminal.ts";

const plain = fakeTerminal();
const symbols = fakeTerminal({ symbols: true });
const coloured = fakeTerminal({ symbols: true, colour: true });

test("colour is added only where it is shown, and never to nothing", () => {
  assert.equal(paint(plain, "act", "no"), "no");
  assert.equal(paint(coloured, "act", "no"), "\x1b[31mno\x1b[0m");
  assert.equal(paint(coloured, "act", ""), "");
});

test("a mark says by a word what it says by a symbol and a colour", () => {
  const kinds = ["ok", "warning", "critical", "none", "again"] as const;
  assert.deepEqual(
    kinds.map((kind) => mark(plain, kind)),
    ["ok", "WARN", "CRIT", "-", ".."],
  );
  assert.deepEqual(
    kinds.map((kind) => mark(symbols, kind)),
    ["✓", "▲", "✗", "·", "↻"],
  );
  assert.equal(mark(coloured, "ok"), "\x1b[32m✓\x1b[0m");
});

test("signs are ASCII where symbols cannot be shown", () => {
  for (const kind of ["dot", "arrow", "more"] as const) {
    assert.match(sign(plain, kind), /^[ -~]+$/);
    assert.equal(textWidth(sign(symbols, kind)), 1);
  }
});

test("a bar has its width whatever the ratio", () => {
  for (const ratio of [-1, 0, 0.004, 0.5, 0.996, 1, 7]) assert.equal(textWidth(bar(symbols, ratio, 10)), 10);
  assert.deepEqual([bar(symbols, 0, 4), bar(symbols, 0.5, 4), bar(symbols, 1, 4)], ["░░░░", "██░░", "████"]);
  assert.equal(bar(plain, 0.5, 4), "");
});

test("columns are aligned by what is seen, not by colour codes", () => {
  const rows = [
    [paint(coloured, "good", "a"), "1", "x"],
    ["bbb", "22", ""],
  ];
  const lines = columns(rows, [1]);
  assert.deepEqual(lines.map(textWidth), [10, 7]);
  assert.equal(lines[0], "\x1b[32ma\x1b[0m     1  x");
  assert.equal(lines[1], "bbb  22");
  assert.deepEqual(columns([]), []);
});

test("percentages are right-aligned", () => {
  assert.deepEqual([percent(0.081), percent(0.81), percent(1)], ["  8 %", " 81 %", "100 %"]);
});
