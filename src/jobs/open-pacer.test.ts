import assert from "node:assert/strict";
import { test } from "node:test";
import { configRest } from "../../test/support/config-rest.ts";
import type { IoPressure } from "../host/io-pressure.ts";
import type { Limits } from "./limits.ts";
import { openPacer } from "./open-pacer.ts";

interface Scene {
  readonly limits?: Partial<Limits>;
  readonly pressures?: readonly (IoPressure | undefined)[];
  readonly signal?: AbortSignal;
}

/** A pacer of a job that began a minute ago, which reads these pressures one after another, the last one for ever. */
function scene({ limits = {}, pressures = [undefined], signal = new AbortController().signal }: Scene) {
  let isBegun = false;
  let [reads, waits] = [0, 0];
  const clock = { now: () => Date.now(), elapsed: () => performance.now() + (isBegun ? 60_000 : 0) };
  const pacer = openPacer({
    limits: { ...configRest.limits, ...limits },
    clock,
    signal,
    baselineRatio: 0.1,
    isTight: () => false,
    readPressure: () => pressures[Math.min(reads++, pressures.length - 1)],
    onWaiting: () => {
      waits += 1;
    },
  });
  isBegun = true;
  return { pacer, counts: () => ({ reads, waits }) };
}

const nothing = { read: 0, written: 0 };

test("work pauses while others wait, tells that it waits, and goes on when the pressure has fallen", async () => {
  const high = [0, 150_000, 300_000].map((waitedMs) => ({ recentRatio: 0.9, waitedMs }));
  const { pacer, counts } = scene({ pressures: [...high, { recentRatio: 0.2, waitedMs: 310_000 }] });
  await Promise.all([pacer.pace(nothing), pacer.pace(nothing)]);
  assert.ok(pacer.pausedMs() >= 390 && pacer.pausedMs() < 2_000, `${pacer.pausedMs()} ms`);
  // A timer may fire a moment early, and the rest is waited for once more: so what was read is counted.
  assert.equal(counts().reads, 5, "who asks at once pauses together");
  assert.ok(counts().waits >= 2);
});

test("a pause ends when nobody but us was waiting", async () => {
  const { pacer, counts } = scene({ pressures: [{ recentRatio: 0.9, waitedMs: 5_000 }] });
  await pacer.pace(nothing);
  assert.ok(pacer.pausedMs() >= 190 && pacer.pausedMs() < 1_000, `${pacer.pausedMs()} ms`);
  await pacer.pace(nothing);
  assert.equal(counts().reads, 2, "and it is not looked again at once");
  assert.ok(counts().waits >= 1);
});

test("a kernel that does not count pressure, and one below the limit, pause nothing", async () => {
  for (const pressures of [[undefined], [{ recentRatio: 0.39, waitedMs: 0 }]]) {
    const { pacer } = scene({ pressures });
    await pacer.pace(nothing);
    assert.equal(pacer.pausedMs(), 0);
  }
});

test("a signal ends every wait", async () => {
  const stop = new AbortController();
  const { pacer } = scene({ limits: { writeRate: 1 }, signal: stop.signal });
  await pacer.pace({ read: 0, written: 1_000_000 });
  const waiting = pacer.pace(nothing);
  stop.abort();
  await waiting;
});

test("stop_after counts from when the job begins; not_between goes by the wall clock", () => {
  assert.equal(scene({}).pacer.stopReason(), undefined);
  assert.equal(scene({ limits: { stopAfterMs: 60_000 } }).pacer.stopReason(), "stop_after");
  assert.equal(scene({ limits: { stopAfterMs: 90_000 } }).pacer.stopReason(), undefined);
  const allDay = [{ from: 0, to: 24 * 60 }];
  assert.equal(scene({ limits: { notBetween: allDay } }).pacer.stopReason(), "not_between");
});
