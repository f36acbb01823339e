import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatLocal, parseMoment } from "./moment.ts";

function inZone<Result>(zone: string, look: () => Result): Result {
  const before = process.env.TZ;
  process.env.TZ = zone;
  try {
    return look();
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
}

const iso = (text: string) => {
  const ms = parseMoment(text);
  return ms === undefined ? undefined : new Date(ms).toISOString();
};

test("with a zone it is that moment, wherever the machine is", () => {
  for (const zone of ["UTC", "Europe/Berlin", "Asia/Kolkata"]) {
    inZone(zone, () => {
      assert.equal(iso("2026-11-23T04:15:00Z"), "2026-11-23T04:15:00.999Z");
      assert.equal(iso("2026-11-23T04:15+01:00"), "2026-11-23T03:15:00.999Z");
      assert.equal(iso("2026-11-23 04:15:00.250+0530"), "2026-11-22T22:45:00.250Z");
    });
  }
});

test("without a zone it is local time", () => {
  inZone("Europe/Berlin", () => assert.equal(iso("2026-07-01T04:15"), "2026-07-01T02:15:00.999Z"));
  inZone("America/New_York", () => assert.equal(iso("2026-07-01 04:15:30"), "2026-07-01T08:15:30.999Z"));
});

test("a bare date is the end of that local day, also on the days of 23 and 25 hours", () => {
  inZone("Europe/Berlin", () => {
    assert.equal(iso("2026-11-23"), "2026-11-23T22:59:59.999Z");
    assert.equal(iso("2026-03-29"), "2026-03-29T21:59:59.999Z");
    assert.equal(iso("2026-10-25"), "2026-10-25T22:59:59.999Z");
  });
  // Midnight itself does not exist on this day in Chile.
  inZone("America/Santiago", () => assert.equal(iso("2026-09-06"), "2026-09-07T02:59:59.999Z"));
});

test("a second without a fraction is that whole second: what a screen shows can be typed again", () => {
  assert.equal(iso("2026-11-23T04:15:07Z"), "2026-11-23T04:15:07.999Z");
  assert.equal(iso("2026-11-23T04:15:07.000Z"), "2026-11-23T04:15:07.000Z");
  const moments = fc.integer({ min: Date.UTC(1970, 0, 2), max: Date.UTC(2100, 0, 1) });
  for (const zone of ["UTC", "Europe/Berlin", "Asia/Kathmandu"]) {
    inZone(zone, () =>
      fc.assert(
        fc.property(moments, (ms) => {
          const again = parseMoment(formatLocal(ms)) ?? Number.NaN;
          // The hour that autumn has twice is read as its first.
          return again - ms === 999 - (ms % 1_000) || (again - ms - 999 + (ms % 1_000)) % 3_600_000 === 0;
        }),
      ),
    );
  }
});

test("what is no time is none", () => {
  for (const text of [
    "",
    "yesterday",
    "2026",
    "2026-11",
    "2026-13-01",
    "2026-02-30",
    "2026-11-31x",
    "23.11.2026",
    "04:15",
    "1234567",
  ])
    assert.equal(parseMoment(text), undefined, text);
});
