import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import {
  formatBytes,
  formatCount,
  formatDuration,
  parseDuration,
  parsePercent,
  parseSize,
  plural,
  printDuration,
} from "./units.ts";

test("a printed duration is read back as the same", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 10 ** 13 }), (ms) => parseDuration(printDuration(ms)) === ms));
});

test("durations of every unit", () => {
  const written = {
    "90s": 90_000,
    "15m": 900_000,
    "24h": 86_400_000,
    "7d": 604_800_000,
    "2w": 1_209_600_000,
    "1y": 31_536_000_000,
  };
  for (const [text, ms] of Object.entries(written)) assert.equal(parseDuration(text), ms);
  for (const text of ["", "7", "d", "7 days", "7D", "-1d", "1M", "1h30m", "NaNd"])
    assert.equal(parseDuration(text), undefined);
});

test("a duration is printed in its largest whole unit, weeks in days", () => {
  assert.equal(printDuration(604_800_000), "7d");
  assert.equal(printDuration(31_536_000_000), "1y");
  assert.equal(printDuration(86_400_000), "1d");
  assert.equal(printDuration(5_400_000), "90m");
  assert.equal(printDuration(0), "0s");
});

test("sizes of every unit", () => {
  assert.equal(parseSize("5GiB"), 5 * 2 ** 30);
  assert.equal(parseSize("5GB"), 5e9);
  assert.equal(parseSize("1.5 KiB"), 1536);
  assert.equal(parseSize("0B"), 0);
  for (const text of ["", "5", "5G", "5gib", "-5GiB", "5 KB"]) assert.equal(parseSize(text), undefined);
});

test("a whole number of any unit is read exactly", () => {
  const units = fc.constantFrom("B", "KiB", "MiB", "GiB", "TiB", "kB", "MB", "GB", "TB");
  fc.assert(
    fc.property(
      fc.nat(1_000),
      units,
      (count, unit) => parseSize(`${count}${unit}`) === count * (parseSize(`1${unit}`) ?? Number.NaN),
    ),
  );
});

test("percentages are ratios", () => {
  assert.equal(parsePercent("85%"), 0.85);
  assert.equal(parsePercent("0%"), 0);
  assert.equal(parsePercent("100 %"), 1);
  for (const text of ["85", "101%", "-1%", "%", ""]) assert.equal(parsePercent(text), undefined);
});

test("what people read", () => {
  assert.deepEqual([0, 1023, 1024, 1.8 * 2 ** 30, 210 * 2 ** 20].map(formatBytes), [
    "0 B",
    "1023 B",
    "1.0 KiB",
    "1.8 GiB",
    "210 MiB",
  ]);
  assert.deepEqual([11, 6_000, 180_000, 14_400_000, 12 * 86_400_000].map(formatDuration), [
    "11 ms",
    "6 s",
    "3 min",
    "4 h",
    "12 d",
  ]);
  assert.equal(formatCount(1_234_567), "1,234,567");
  assert.deepEqual([plural(1, "file"), plural(1_204, "file")], ["1 file", "1,204 files"]);
});
