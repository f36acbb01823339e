import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { keyBytes } from "../host/raw-stat.ts";
import type { RawPath } from "../lib/raw-path.ts";
import {
  type DirectoryFacts,
  emptyRecord,
  emptyTally,
  factsRecord,
  firstRecord,
  joinBlock,
  nameRecord,
  openBlock,
  readRecord,
  readTally,
  recordName,
  tallyExample,
} from "./records.ts";
import { scanReasons } from "./tally.ts";

const name = fc
  .array(fc.integer({ min: 1, max: 255 }), { minLength: 1, maxLength: 255 })
  .map((codes) => String.fromCharCode(...codes) as RawPath);
const tally = fc.record(
  { code: fc.constantFrom(...scanReasons), count: fc.nat(), bytes: fc.maxSafeNat(), example: name },
  { noNullPrototype: true },
);
const facts = fc
  .record({
    key: fc.uint8Array({ minLength: keyBytes, maxLength: keyBytes }),
    tallies: fc.uniqueArray(tally, { selector: ({ code }) => code }),
    lookedMs: fc.nat(),
    oldestMs: fc.double({ noNaN: true }),
    newestMs: fc.double({ noNaN: true }),
    subdirectories: fc.array(name, { maxLength: 1 }),
  })
  .map(factsOf);

test("what is put into a block comes out of it, whatever the names", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.option(facts))), (directories) => {
      const key = new Uint8Array(keyBytes).fill(7);
      const records = directories.map(([each, found]) =>
        found === null ? nameRecord(each) : factsRecord(each, found),
      );
      const read = everyRecord(joinBlock(key, records).bytes);
      assert.deepEqual(
        read,
        directories.map(([each, found]) => (found === null ? { name: each } : told(each, found))),
      );
    }),
  );
});

test("a stamp from the last two seconds or the future is taken for older, none for none", () => {
  const capped = (stamps: Partial<DirectoryFacts>) => {
    const record = emptyRecord();
    const block = joinBlock(new Uint8Array(keyBytes), [
      factsRecord("d" as RawPath, factsOf({ lookedMs: 10_000, ...stamps })),
    ]);
    readRecord(block, firstRecord, record);
    return [record.oldestMs, record.newestMs];
  };
  assert.deepEqual(capped({ oldestMs: 3_000, newestMs: 9_999 }), [3_000, 8_000]);
  assert.deepEqual(capped({ oldestMs: 20_000, newestMs: 30_000 }), [8_000, 8_000]);
  assert.deepEqual(capped({}), [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
});

test("files that are old enough now are counted as too young for later: of use is the record only while they are", () => {
  const tooYoung = { code: "too-young", count: 2, bytes: 20, example: "y" as RawPath } as const;
  const excluded = { code: "excluded", count: 1, bytes: 0, example: "x" as RawPath } as const;
  const candidates = ["a", "b", "c"] as RawPath[];
  const later = (found: Partial<DirectoryFacts>) => talliesOf(factsRecord("d" as RawPath, factsOf(found)));
  assert.deepEqual(later({ tallies: [tooYoung, excluded], candidates, candidateBytes: 100 }), [
    excluded,
    { ...tooYoung, count: 5, bytes: 120 },
  ]);
  assert.deepEqual(later({ candidates, candidateBytes: 7 }), [{ ...tooYoung, count: 3, bytes: 7, example: "a" }]);
});

function factsOf(some: Partial<DirectoryFacts>): DirectoryFacts {
  return {
    ...{
      key: new Uint8Array(keyBytes),
      lookedMs: 0,
      oldestMs: Number.POSITIVE_INFINITY,
      newestMs: Number.NEGATIVE_INFINITY,
    },
    ...{ subdirectories: [], tallies: [], candidates: [], candidateBytes: 0 },
    ...some,
  };
}

function told(each: RawPath, found: DirectoryFacts) {
  const { lookedMs, tallies, key } = found;
  return { name: each, key: Buffer.from(key), lookedMs, hasSubdirectories: found.subdirectories.length > 0, tallies };
}

function everyRecord(bytes: Uint8Array) {
  const block = openBlock(bytes);
  const record = emptyRecord();
  const all = [];
  for (let at = firstRecord; readRecord(block, at, record); at = record.end) {
    const facts = {
      key: block.bytes.subarray(record.keyAt, record.keyAt + keyBytes),
      lookedMs: record.lookedMs,
      hasSubdirectories: record.hasSubdirectories,
      tallies: talliesOf(block.bytes.subarray(record.at, record.end)),
    };
    all.push({ name: recordName(block, record), ...(record.isKnown ? facts : {}) });
  }
  return all;
}

function talliesOf(bytes: Uint8Array) {
  const block = joinBlock(new Uint8Array(keyBytes), [bytes]);
  const [record, one] = [emptyRecord(), emptyTally()];
  const all = [];
  readRecord(block, firstRecord, record);
  for (let at = record.talliesFrom; record.isKnown && at < record.end; at = one.end) {
    readTally(block, at, one);
    all.push({ code: one.code, count: one.count, bytes: one.bytes, example: tallyExample(block, one) });
  }
  return all;
}
