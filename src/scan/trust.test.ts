import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { keyBytes } from "../host/raw-stat.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { emptyRecord, factsRecord, firstRecord, joinBlock, readRecord } from "./records.ts";
import type { ScanRule } from "./scan-rule.ts";
import { mayPassOver, needsFullScan } from "./trust.ts";

const day = 86_400_000;
const nowMs = 1_795_000_000_000;
const rule = (some: Partial<ScanRule> = {}): ScanRule => ({
  ...{ include: ["*"], exclude: [], stamps: ["mtime"], olderThanMs: 7 * day, nowMs, namesKept: false },
  ...some,
});

test("rule 2: a directory that had changed less than two seconds before the look is read again", () => {
  for (const [beforeMs, may] of [
    [-1, false],
    [0, false],
    [1_999, false],
    [2_000, true],
    [day, true],
  ] as const)
    assert.equal(verdict({ changedMs: nowMs - day - beforeMs }), may, `${beforeMs} ms`);
});

test("rule 2: a look by a clock that was ahead counts for nothing", () => {
  assert.equal(verdict({ lookedMs: nowMs + 1 }), false);
  assert.equal(verdict({ lookedMs: nowMs }), true);
});

test("rule 3: a directory is read again when its oldest file comes due, and at every scan from then on", () => {
  const oldestMs = nowMs - 7 * day;
  assert.equal(verdict({ oldestMs: oldestMs + 1 }), true);
  for (const laterMs of [0, 1, day]) assert.equal(verdict({ oldestMs: oldestMs - laterMs }), false);
});

test("rule 3: the stamp is kept and not the moment, so another age costs nothing", () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 100 }), fc.integer({ min: 3, max: 100 }), (fileDays, ruleDays) => {
      const isDue = fileDays >= ruleDays;
      assert.equal(verdict({ oldestMs: nowMs - fileDays * day }, { olderThanMs: ruleDays * day }), !isDue);
    }),
  );
});

test("rule 4: while its newest file is younger than a day a stamp that can be set back proves nothing", () => {
  const newestMs = nowMs - day - 3_600_000;
  assert.equal(verdict({ newestMs }), false);
  assert.equal(verdict({ newestMs: nowMs - 2 * day }), true);
  assert.equal(verdict({ newestMs }, { stamps: ["atime", "mtime"] }), false);
  assert.equal(verdict({ newestMs }, { stamps: ["mtime", "ctime"] }), true);
});

test("all is read once a week, and when the clock went back behind the last time", () => {
  assert.deepEqual(
    [undefined, nowMs - 7 * day, nowMs - 7 * day + 1, nowMs, nowMs + 1].map((fullAt) => needsFullScan(fullAt, nowMs)),
    [true, true, false, false, true],
  );
});

interface Facts {
  readonly changedMs: number;
  readonly lookedMs: number;
  readonly oldestMs: number;
  readonly newestMs: number;
}

/** A directory that was looked at a day ago, long after its last change, with files of three days. */
function verdict(some: Partial<Facts>, ruleOf: Partial<ScanRule> = {}): boolean {
  const facts = {
    changedMs: nowMs - 9 * day,
    lookedMs: nowMs - day,
    oldestMs: nowMs - 3 * day,
    newestMs: nowMs - 3 * day,
  };
  const { changedMs, ...rest } = { ...facts, ...some };
  const found = { key: keyOf(changedMs), subdirectories: [], candidates: [], candidateBytes: 0, tallies: [], ...rest };
  const block = joinBlock(new Uint8Array(keyBytes), [factsRecord("d" as RawPath, found)]);
  const record = emptyRecord();
  readRecord(block, firstRecord, record);
  return mayPassOver(block, record, rule(ruleOf));
}

/** A key with this mtime and ctime, where raw-stat.ts has them. */
function keyOf(changedMs: number): Uint8Array {
  const key = new DataView(new ArrayBuffer(keyBytes));
  for (const at of [16, 28]) {
    key.setBigInt64(at, BigInt(Math.floor(changedMs / 1000)), true);
    key.setUint32(at + 8, (changedMs % 1000) * 1e6, true);
  }
  return new Uint8Array(key.buffer);
}
