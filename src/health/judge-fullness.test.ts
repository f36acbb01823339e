import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { tierConfig } from "../../test/support/tier-config.ts";
import { statusOfFindings } from "../reports/health.ts";
import { judgeFullness, wholePercent } from "./judge-fullness.ts";

const severities = ["ok", "unknown", "warning", "critical"];
const ratio = fc.double({ min: 0, max: 1, noNaN: true });

test("a fuller file system is never in a milder state, whatever the limits", () => {
  fc.assert(
    fc.property(fc.tuple(ratio, ratio), ratio, ratio, ([warnRatio, criticalRatio], one, other) => {
      const tier = { ...tierConfig("hot", undefined), warnRatio, criticalRatio };
      const level = (usedRatio: number) =>
        severities.indexOf(statusOfFindings(judgeFullness(tier, { path: "/", usedRatio, inodesUsedRatio: null })));
      assert.ok(level(Math.min(one, other)) <= level(Math.max(one, other)));
    }),
  );
});

test("inodes are judged as bytes are, and not where they are not counted", () => {
  const tier = tierConfig("hot", undefined);
  const judged = (inodesUsedRatio: number | null) =>
    judgeFullness(tier, { path: "/data", usedRatio: 0.1, inodesUsedRatio });
  assert.deepEqual(judged(null), []);
  assert.deepEqual(judged(0.79), []);
  assert.equal(judged(0.8)[0]?.severity, "warning");
  assert.equal(judged(0.95)[0]?.message, "the inodes of /data are 95 % full (critical at 90 %)");
});

test("what is shown never looks like a limit that was not reached", () => {
  assert.equal(wholePercent(0.7999), "79 %");
  assert.equal(wholePercent(0.8), "80 %");
  assert.equal(wholePercent(0.29), "29 %");
  assert.equal(wholePercent(1), "100 %");
});
