import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mustGiveWay, othersWait } from "./give-way.ts";

const limit = (baselineRatio: number, ioPressure = 0.3) => ({ baselineRatio, limits: { ioPressure } });
const pressure = (recentRatio: number) => ({ recentRatio, waitedMs: 0 });
const fresh = { pauseMs: 0, pausedMs: 0, elapsedMs: 60_000 };

test("work gives way when the pressure is more than the limit above what it was before the run", () => {
  assert.equal(mustGiveWay(limit(0), pressure(0.31), fresh), true);
  assert.equal(mustGiveWay(limit(0), pressure(0.3), fresh), false);
  assert.equal(mustGiveWay(limit(0.42), pressure(0.7), fresh), false, "a steady writer was there before");
  assert.equal(mustGiveWay(limit(0, 1), pressure(1), fresh), false);
});

test("whatever the pressure does, one pause takes 10 s at most and all together half of the time", () => {
  const ratio = fc.double({ min: 0, max: 1, noNaN: true });
  const slice = fc.integer({ min: 1, max: 400 });
  fc.assert(
    fc.property(fc.array(fc.record({ ratio, slice, workMs: fc.nat(2_000) }), { maxLength: 300 }), (moments) => {
      let [pauseMs, pausedMs, elapsedMs] = [0, 0, 0];
      for (const moment of moments) {
        if (mustGiveWay(limit(0), pressure(moment.ratio), { pauseMs, pausedMs, elapsedMs })) {
          pauseMs += moment.slice;
          pausedMs += moment.slice;
          elapsedMs += moment.slice;
        } else {
          pauseMs = 0;
          elapsedMs += moment.workMs;
        }
        if (pauseMs > 10_000 + 400 || pausedMs > elapsedMs / 2 + 400) return false;
      }
      return true;
    }),
  );
});

test("a machine on which nobody waited while we paused is ours alone", () => {
  assert.equal(othersWait(0, 200), false);
  assert.equal(othersWait(4, 200), false);
  assert.equal(othersWait(5, 200), true);
});
