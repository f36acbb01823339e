import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { rateOf } from "./rate.ts";

test("without a rate nothing waits", () => {
  assert.equal(rateOf(undefined).waitMs(1e12, 0), 0);
});

test("whoever waits as told stays below the rate over any time, but for the last piece", () => {
  const pieces = fc.array(fc.record({ bytes: fc.integer({ min: 0, max: 5_000_000 }), idleMs: fc.nat(3_000) }), {
    minLength: 1,
    maxLength: 50,
  });
  fc.assert(
    fc.property(fc.integer({ min: 1_000, max: 10_000_000 }), pieces, (bytesPerSecond, work) => {
      const rate = rateOf(bytesPerSecond);
      const begins: { readonly atMs: number; readonly bytes: number }[] = [];
      let nowMs = 0;
      for (const { bytes, idleMs } of work) {
        nowMs += idleMs;
        nowMs += rate.waitMs(bytes, nowMs);
        begins.push({ atMs: nowMs, bytes });
      }
      for (let first = 0; first < begins.length; first++) {
        let sum = 0;
        for (let last = first; last < begins.length; last++) {
          const spanMs = (begins[last]?.atMs ?? 0) - (begins[first]?.atMs ?? 0);
          if (sum > (spanMs / 1000) * bytesPerSecond * (1 + 1e-9) + 1e-3) return false;
          sum += begins[last]?.bytes ?? 0;
        }
      }
      return true;
    }),
  );
});

test("idle time is not saved up", () => {
  const rate = rateOf(1_000);
  rate.waitMs(1_000, 0);
  assert.equal(rate.waitMs(1_000, 60_000), 0);
  assert.equal(rate.waitMs(1_000, 60_000), 1_000);
});
