import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { judgeFlaw, type WrongFile } from "./judge-flaw.ts";

const storedAtMs = Date.UTC(2026, 10, 23, 4, 15);
const storedNs = BigInt(storedAtMs) * 1_000_000n;
const modifiedNs = storedNs - 20n * 86_400_000_000_000n;
const second = 1_000_000_000n;

function kindOf(file: Partial<WrongFile>): string {
  const stat = { modifiedNs, changedNs: storedNs };
  return judgeFlaw("other bytes", { stat, isWhole: true, modifiedNs, storedAtMs, ...file }).kind;
}

test("the same time of modification: nobody wrote it, so the disk did", () => {
  assert.equal(kindOf({}), "damaged");
  assert.equal(
    kindOf({ stat: { modifiedNs: modifiedNs + 2n * second, changedNs: storedNs } }),
    "damaged",
    "FAT's grain",
  );
  const copied = { modifiedNs, changedNs: storedNs + 86_400n * second };
  assert.equal(kindOf({ stat: copied }), "damaged", "a tier that was copied to another disk has new ctimes");
});

test("written after it was stored: replaced, when it is whole", () => {
  const written = { modifiedNs: storedNs + 3_600n * second, changedNs: storedNs + 3_600n * second };
  assert.equal(kindOf({ stat: written }), "replaced");
  assert.equal(kindOf({ stat: written, isWhole: false }), "damaged");
  const older = { modifiedNs: modifiedNs - 86_400n * second, changedNs: storedNs + 3_600n * second };
  assert.equal(kindOf({ stat: older }), "replaced", "a copy that kept its own, older time");
});

test("a tier that cannot hold times of modification: what it has is from when it was stored", () => {
  assert.equal(kindOf({ stat: { modifiedNs: storedNs - 5n * second, changedNs: storedNs + 5n * second } }), "damaged");
});

test("what is not whole is never called replaced, whatever its times are", () => {
  const ns = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n });
  fc.assert(
    fc.property(ns, ns, (modified, changed) => {
      assert.equal(kindOf({ stat: { modifiedNs: modified, changedNs: changed }, isWhole: false }), "damaged");
    }),
  );
});
