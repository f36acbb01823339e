import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ClockReading } from "../host/machine-clock.ts";
import { judgeClock } from "./clock-guard.ts";

const minute = 60_000;
const day = 86_400_000;
const noon = Date.parse("2026-11-23T12:00:00Z");

function clock(keys: Partial<ClockReading> = {}): ClockReading {
  return { wallMs: noon, bootId: "b1", bootMs: 30 * day, synchronised: false, ...keys };
}

const last = clock();
const words = (now: ClockReading) => judgeClock(last, now, [])?.message;

test("D12: the clock of a first run is trusted, and one that goes as time does", () => {
  assert.equal(judgeClock(undefined, clock(), []), undefined);
  assert.equal(words(clock({ wallMs: noon + day, bootMs: 31 * day })), undefined);
  assert.equal(words(clock({ wallMs: noon + day + 4 * minute, bootMs: 31 * day })), undefined);
});

test("D12: within a boot, a jump that the time since the boot does not explain", () => {
  const later = (jumpMs: number) => clock({ wallMs: noon + day + jumpMs, bootMs: 31 * day });
  assert.match(words(later(40 * day)) ?? "", /it was set forward by 40 d since the last run$/);
  assert.match(words(later(-20 * minute)) ?? "", /it was set back by 20 min since the last run$/);
});

test("D12: across boots, a clock before the last run, or more than 7 days after it that nobody disciplines", () => {
  const booted = (sinceMs: number, synchronised = false) =>
    clock({ wallMs: noon + sinceMs, bootId: "b2", bootMs: minute, synchronised });
  assert.match(words(booted(-day)) ?? "", /after a boot it is 24 h before the last run$/);
  assert.match(words(booted(8 * day)) ?? "", /after a boot it is 8 d after the last run, and no time server/);
  assert.equal(words(booted(6 * day)), undefined);
  assert.equal(words(booted(8 * day, true)), undefined);
});

test("D12: a time server that disciplines the clock explains a jump", () => {
  assert.equal(words(clock({ wallMs: noon + 400 * day, bootMs: 30 * day + minute, synchronised: true })), undefined);
});

test("D12: a NAS whose clock is more than 5 minutes off, at the first run, too, and whatever a time server says", () => {
  const servers = [
    { tier: "warm", aheadMs: 0 },
    { tier: "cold", aheadMs: -6 * minute },
  ];
  for (const before of [undefined, last]) {
    const refusal = judgeClock(before, clock({ synchronised: true }), servers);
    assert.equal(refusal?.guard, "clock");
    assert.match(refusal?.message ?? "", /the server of cold is 6 min behind it$/);
  }
  assert.equal(judgeClock(undefined, clock(), [{ tier: "cold", aheadMs: 5 * minute }]), undefined);
});

test("D12: with an undisciplined clock no jump of an hour or more gets past, in any boot state", () => {
  const jump = fc.integer({ min: 60, max: 10_000_000 }).chain((min) => fc.constantFrom(min, -min));
  const elapsed = fc.integer({ min: 0, max: 20 * day });
  fc.assert(
    fc.property(jump, elapsed, (jumpMinutes, elapsedMs) => {
      const wallMs = noon + elapsedMs + jumpMinutes * minute;
      const now = clock({ wallMs, bootMs: last.bootMs + elapsedMs });
      return judgeClock(last, now, []) !== undefined;
    }),
  );
});
