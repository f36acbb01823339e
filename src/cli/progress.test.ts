import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fakeTerminal } from "../../test/support/terminal.ts";
import { progressLine } from "./progress.ts";
import { type Terminal, textWidth } from "./terminal.ts";

const erase = "\r\x1b[K";

function scene(keys: Partial<Terminal> = {}) {
  const terminal = fakeTerminal({ progress: true, symbols: true, ...keys });
  let now = 0;
  const line = progressLine(terminal, () => now);
  return { terminal, line, wait: (ms: number) => (now += ms) };
}

test("nothing is drawn in the first second, nor more often than ten times a second", () => {
  const { terminal, line, wait } = scene();
  line.scanned("logs", 10);
  wait(999);
  line.scanned("logs", 20);
  assert.deepEqual(terminal.notes, []);
  wait(1);
  line.scanned("logs", 1_234);
  wait(99);
  line.scanned("logs", 2_000);
  assert.deepEqual(terminal.notes, [`${erase}logs  looking: 1,234 files`]);
});

test("the line says how far it is, how fast, and how long it will take", () => {
  const { terminal, line, wait } = scene();
  line.planned("logs", { files: 412, bytes: 1.8 * 2 ** 30 });
  wait(4_000);
  line.moved("logs", { files: 266, bytes: 1.2 * 2 ** 30 });
  assert.equal(
    terminal.notes.at(-1),
    `${erase}logs  ${"█".repeat(14)}${"░".repeat(7)}  1.2 of 1.8 GiB   266 of 412   307 MiB/s   2 s left`,
  );
});

test("what a big file or a set told as it went counts once", () => {
  const { terminal, line, wait } = scene();
  line.planned("logs", { files: 3, bytes: 400 });
  wait(2_000);
  for (const _part of [1, 2]) line.moved("logs", { files: 0, bytes: 100 });
  line.moved("logs", { files: 2, bytes: 250 });
  wait(2_000);
  line.moved("logs", { files: 0, bytes: 10 });
  assert.match(terminal.notes.at(-1) ?? "", / 260 of 400 B {3}2 of 3 /);
});

test("it leaves nothing behind, and says so only once", () => {
  const { terminal, line, wait } = scene();
  wait(2_000);
  line.scanned("logs", 1);
  line.clear();
  line[Symbol.dispose]();
  assert.deepEqual(terminal.notes.slice(1), [erase]);
});

test("where stderr is no terminal nothing is drawn", () => {
  const { terminal, line, wait } = scene({ progress: false });
  wait(5_000);
  line.scanned("logs", 1);
  line.moved("logs", { files: 1, bytes: 1 });
  line.clear();
  assert.deepEqual(terminal.notes, []);
});

test("no line is as wide as the terminal: it would wrap, and could not be redrawn", () => {
  const amounts = fc.record({ files: fc.nat(10_000_000), bytes: fc.nat({ max: 2 ** 45 }) });
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,40}$/);
  fc.assert(
    fc.property(name, amounts, fc.tuple(fc.integer({ min: 20, max: 200 }), fc.boolean()), (job, of, looks) => {
      const [columns, symbols] = looks;
      const { terminal, line, wait } = scene({ columns: () => columns, symbols, colour: true });
      line.planned(job, of);
      wait(1_500);
      line.moved(job, { files: Math.floor(of.files / 3), bytes: Math.floor(of.bytes / 3) });
      const [drawn = ""] = terminal.notes;
      assert.ok(textWidth(drawn.replace(erase, "")) < columns, drawn);
    }),
  );
});

test("empty files are progress, too", () => {
  const { terminal, line, wait } = scene();
  line.planned("logs", { files: 4, bytes: 0 });
  wait(2_000);
  line.moved("logs", { files: 2, bytes: 0 });
  assert.match(terminal.notes.at(-1) ?? "", /█+░+ {2}0 of 0 B {3}2 of 4 {3}0 B\/s$/);
});
