import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { judgeAge } from "./age.ts";
import type { AgeRule, AgeStamps, FileFact } from "./file-fact.ts";

const dayMs = 86_400_000;
const nowMs = Date.UTC(2026, 10, 23);
const nowNs = BigInt(nowMs) * 1_000_000n;
const week: AgeRule = { ageBy: ["mtime"], olderThanMs: 7 * dayMs, settledForMs: 0 };

test("a file is due at the very millisecond at which it is as old as the rule asks", () => {
  const modifiedNs = nowNs - BigInt(week.olderThanMs) * 1_000_000n;
  assert.equal(judgeAge(fact({ modifiedNs }), week, nowMs), undefined);
  assert.equal(judgeAge(fact({ modifiedNs: modifiedNs + 1n }), week, nowMs), "too-young");
});

test("M17: a file from 1970, or from before it, is old; one from the future has no age and stays", () => {
  assert.equal(judgeAge(fact({ modifiedNs: 0n }), week, nowMs), undefined);
  assert.equal(judgeAge(fact({ modifiedNs: -86_400_000_000_000n }), week, nowMs), undefined);
  assert.equal(judgeAge(fact({ modifiedNs: nowNs + 60_000_000_000n }), week, nowMs), "from-the-future");
  const later = nowNs + 60_000_000_000n;
  assert.equal(judgeAge(fact({ changedNs: later }), week, nowMs), "from-the-future");
  assert.equal(judgeAge(fact({ bornNs: later }), week, nowMs), "from-the-future");
});

test("a stamp within the millisecond that the clock cut off is neither future nor unsettled", () => {
  assert.equal(judgeAge(fact({ changedNs: nowNs + 999_999n }), week, nowMs), undefined);
});

test("settled_for looks at what nobody can set back: ctime and birth", () => {
  const rule = { ...week, settledForMs: dayMs };
  const hourAgo = nowNs - 3_600_000_000_000n;
  assert.equal(judgeAge(fact({ changedNs: hourAgo }), rule, nowMs), "unsettled");
  assert.equal(judgeAge(fact({ bornNs: hourAgo }), rule, nowMs), "unsettled");
  assert.equal(judgeAge(fact({ bornNs: undefined }), rule, nowMs), undefined);
});

test("unused_for goes by the newest of access and modification, older_than by modification alone", () => {
  const unused: AgeRule = { ...week, ageBy: ["mtime", "atime"] };
  const hourAgo = nowNs - 3_600_000_000_000n;
  assert.equal(judgeAge(fact({ accessedNs: hourAgo }), week, nowMs), undefined);
  assert.equal(judgeAge(fact({ accessedNs: hourAgo }), unused, nowMs), "too-young");
  assert.equal(judgeAge(fact({ modifiedNs: hourAgo }), unused, nowMs), "too-young");
  assert.equal(judgeAge(fact({}), unused, nowMs), undefined);
  assert.equal(judgeAge(fact({ accessedNs: nowNs + 60_000_000_000n }), unused, nowMs), "from-the-future");
});

const stamps = fc.bigInt({ min: -(10n ** 18n), max: nowNs + 10n ** 18n });
const facts = fc
  .record({ accessedNs: stamps, modifiedNs: stamps, changedNs: stamps, bornNs: fc.option(stamps, { nil: undefined }) })
  .map(fact);
const rules = fc.record({
  ageBy: fc.constantFrom<AgeStamps>(["mtime"], ["mtime", "atime"]),
  olderThanMs: fc.integer({ min: 0, max: 5_000 * dayMs }),
  settledForMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 400 * dayMs })),
});

test("older is never hotter: if a file is due, so is an older one that is otherwise equal", () => {
  fc.assert(
    fc.property(facts, rules, fc.bigInt({ min: 0n, max: 10n ** 18n }), (file, rule, olderNs) => {
      if (judgeAge(file, rule, nowMs) !== undefined) return;
      const older = {
        ...file,
        modifiedNs: file.modifiedNs - olderNs,
        accessedNs: file.accessedNs - olderNs,
      };
      assert.equal(judgeAge(older, rule, nowMs), undefined);
    }),
  );
});

test("monotone in time: what is due stays due while nobody touches it", () => {
  fc.assert(
    fc.property(facts, rules, fc.integer({ min: 0, max: 9_000 * dayMs }), (file, rule, laterMs) => {
      if (judgeAge(file, rule, nowMs) !== undefined) return;
      assert.equal(judgeAge(file, rule, nowMs + laterMs), undefined);
    }),
  );
});

test("monotone in the rule: what a stricter rule takes, a milder one takes too", () => {
  fc.assert(
    fc.property(facts, rules, rules, (file, one, other) => {
      const strict: AgeRule = {
        ageBy: ["mtime", "atime"],
        olderThanMs: Math.max(one.olderThanMs, other.olderThanMs),
        settledForMs: Math.max(one.settledForMs, other.settledForMs),
      };
      if (judgeAge(file, strict, nowMs) === undefined) assert.equal(judgeAge(file, one, nowMs), undefined);
    }),
  );
});

function fact(times: Partial<FileFact>): FileFact {
  const old = nowNs - 400n * 86_400_000_000_000n;
  return {
    accessedNs: old,
    modifiedNs: old,
    changedNs: old,
    bornNs: old,
    ...times,
  };
}
