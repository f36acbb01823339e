import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { nextDailyRun } from "./next-run.ts";

describe("the daily run after a moment", () => {
  test("is the same day before 04:15, and the next one after it", () => {
    assert.equal(nextDailyRun(local(23, 4, 15)), local(23, 4, 15));
    assert.equal(nextDailyRun(local(23, 4, 15) - 1), local(23, 4, 15));
    assert.equal(nextDailyRun(local(23, 4, 15) + 1), local(24, 4, 15));
    assert.equal(nextDailyRun(local(30, 12, 0)), new Date(2026, 11, 1, 4, 15).getTime());
  });

  test("is never more than a day and an hour away, and never before, whatever the clocks do", () => {
    const moment = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });
    fc.assert(
      fc.property(moment, (ms) => {
        const waitMs = nextDailyRun(ms) - ms;
        assert(waitMs >= 0 && waitMs <= 25 * 3_600_000);
      }),
    );
  });
});

function local(day: number, hour: number, minute: number): number {
  return new Date(2026, 10, day, hour, minute).getTime();
}
