import assert from "node:assert/strict";
import { test } from "node:test";
import { isWithinDaySpans } from "./day-span.ts";

const at = (time: string) => new Date(`2026-11-23T${time}`).getTime();
const hours = (from: number, to: number) => ({ from: from * 60, to: to * 60 });

test("a span has its first minute and not its last, by local time", () => {
  const spans = [hours(8, 18)];
  assert.equal(isWithinDaySpans(spans, at("07:59:59")), false);
  assert.equal(isWithinDaySpans(spans, at("08:00:00")), true);
  assert.equal(isWithinDaySpans(spans, at("17:59:59")), true);
  assert.equal(isWithinDaySpans(spans, at("18:00:00")), false);
});

test("a span goes over midnight; several are one", () => {
  const spans = [hours(22, 4), hours(12, 13)];
  const inside = ["23:00", "00:00", "03:59", "12:30"];
  const outside = ["04:00", "11:59", "13:00", "21:59"];
  for (const time of inside) assert.equal(isWithinDaySpans(spans, at(time)), true, time);
  for (const time of outside) assert.equal(isWithinDaySpans(spans, at(time)), false, time);
  assert.equal(isWithinDaySpans([], at("12:00")), false);
});
