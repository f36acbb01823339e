import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeTerminal } from "../../test/support/terminal.ts";
import type { Approval, JobPlan } from "../reports/plan.ts";
import { ago, approvalText, countLines } from "./job-line.ts";

const terminal = fakeTerminal({ symbols: true });

test("what stays is counted in words, the largest first", () => {
  const counts = { "open-for-writing": 6, "too-young": 1_930, "linked-elsewhere": 1 };
  assert.deepEqual(countLines(terminal, counts, { lead: "stays: ", indent: 2 }), [
    "stays: 1,930 too young · 6 open for writing · 1 linked elsewhere",
  ]);
  assert.deepEqual(countLines(fakeTerminal(), counts, { lead: "stays: ", indent: 2 }), [
    "stays: 1,930 too young, 6 open for writing, 1 linked elsewhere",
  ]);
  assert.deepEqual(countLines(terminal, {}, { lead: "stays: ", indent: 2 }), []);
});

test("one is not many", () => {
  const counts = { "special-file": 1, "active-log": 1, "open-unknown": 1 };
  assert.deepEqual(countLines(fakeTerminal(), counts, { lead: "", indent: 0 }), [
    "1 special file, 1 active log, 1 cannot be probed for writers",
  ]);
});

test("a reason that this version does not know is shown as it is", () => {
  assert.deepEqual(countLines(terminal, { "of-tomorrow": 2 }, { lead: "", indent: 0 }), ["2 of-tomorrow"]);
});

test("an approval in a few words", () => {
  const now = Date.parse("2026-11-23T12:00:00Z");
  const text = (approval: Partial<Approval>) =>
    approvalText(terminal, { approval: { changes: [], fingerprint: "f", ...approval } } as unknown as JobPlan, now);
  assert.equal(text({ state: "approved", since: "2026-11-20T12:00:00.000Z" }), "approved 3 d ago");
  assert.equal(text({ state: "never", since: null }), "✗ not approved");
  assert.equal(text({ state: "changed", since: "2026-11-20T12:00:00.000Z" }), "✗ changed since it was approved");
});

test("what was a moment ago, or seems to be still to come, is just now", () => {
  assert.deepEqual(
    [ago(-5_000), ago(59_999), ago(60_000), ago(7_200_000)],
    ["just now", "just now", "60 s ago", "2 h ago"],
  );
});
