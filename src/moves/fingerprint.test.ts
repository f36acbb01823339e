import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fingerprintKey, fingerprintOf } from "./fingerprint.ts";

const key = fingerprintKey();
const content = fc.uint8Array({ minLength: 1, maxLength: 5_000 });

test("equal content has one fingerprint, wherever it lies; one other bit, byte or length has another", () => {
  fc.assert(
    fc.property(content, fc.nat(), fc.integer({ min: 0, max: 7 }), (bytes, somewhere, bit) => {
      const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
      shared.set(bytes);
      const expected = fingerprintOf(key, bytes);
      assert.equal(fingerprintOf(key, shared), expected);
      const at = somewhere % bytes.length;
      shared[at] = (shared[at] ?? 0) ^ (1 << bit);
      assert.notEqual(fingerprintOf(key, shared), expected);
      assert.notEqual(fingerprintOf(key, bytes.subarray(0, -1)), expected);
      assert.notEqual(fingerprintOf(key, Buffer.concat([bytes, Buffer.alloc(1)])), expected);
    }),
  );
});

test("a fingerprint says nothing under another key", () => {
  const bytes = Buffer.from("a line of a log\n");
  assert.notEqual(fingerprintOf(key, bytes), fingerprintOf(fingerprintKey(), bytes));
});
