import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bytesToFree, ratioWithout, usedRatio } from "./watermark.ts";

const fullness = fc
  .tuple(fc.nat(2 ** 45), fc.nat(2 ** 45))
  .map(([usedBytes, freeBytes]) => ({ usedBytes, usableBytes: usedBytes + freeBytes }));
const ratio = fc.double({ min: 0, max: 1, noNaN: true });
const watermark = fc
  .tuple(ratio, ratio)
  .map(([one, other]) => ({ whenAbove: Math.max(one, other), untilBelow: Math.min(one, other) }));

test("D19: what has to go brings it down to until_below, and is nothing up to when_above", () => {
  fc.assert(
    fc.property(fullness, watermark, (full, marks) => {
      const bytes = bytesToFree(full, marks);
      if (usedRatio(full) <= marks.whenAbove) assert.equal(bytes, 0);
      else assert.ok(ratioWithout(full, bytes) <= marks.untilBelow + 1e-9);
      assert.ok(bytes <= full.usedBytes);
    }),
  );
});

test("fuller never needs less", () => {
  fc.assert(
    fc.property(fullness, watermark, fc.nat(2 ** 40), (full, marks, more) => {
      const fuller = { ...full, usedBytes: Math.min(full.usedBytes + more, full.usableBytes) };
      assert.ok(bytesToFree(fuller, marks) >= bytesToFree(full, marks));
    }),
  );
});

test("an empty file system is not full", () => {
  assert.equal(bytesToFree({ usedBytes: 0, usableBytes: 0 }, { whenAbove: 0, untilBelow: 0 }), 0);
});
