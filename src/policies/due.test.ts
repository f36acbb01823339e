import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { RawPath } from "../lib/raw-path.ts";
import { judgeAge } from "./age.ts";
import { firstMoment, passesWithTime } from "./due.ts";

const nowMs = Date.UTC(2026, 10, 23, 4, 15);
const yearMs = 365 * 86_400_000;
const stampMs = fc.integer({ min: nowMs - 30 * yearMs, max: nowMs + 2 * yearMs });
const ages = fc.record({
  ageBy: fc.constant(["mtime"] as const),
  olderThanMs: fc.integer({ min: 0, max: 10 * yearMs }),
  settledForMs: fc.integer({ min: 0, max: yearMs }),
});

describe("when something becomes due", () => {
  test("the judge itself says so at that very moment, and not a millisecond before", () => {
    fc.assert(
      fc.property(stampMs, stampMs, ages, (modifiedMs, changedMs, rule) => {
        const [modifiedNs, changedNs] = [BigInt(modifiedMs) * 1_000_000n, BigInt(changedMs) * 1_000_000n];
        const name = "app.log.1" as RawPath;
        const attributes = { kind: "file", immutable: false, appendOnly: false } as const;
        const fact = { ...attributes, name, accessedNs: modifiedNs, modifiedNs, changedNs, bornNs: undefined };
        const reason = (ms: number) => judgeAge(fact, rule, ms);
        const due = firstMoment((ms) => reason(ms) === undefined, nowMs);
        assert(due !== undefined);
        assert.equal(reason(due), undefined);
        if (due > nowMs) assert(passesWithTime(reason(due - 1)));
        else assert.equal(due, nowMs);
      }),
    );
  });

  test("what never comes has no moment", () => {
    assert.equal(
      firstMoment(() => false, nowMs),
      undefined,
    );
  });
});
