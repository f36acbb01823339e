import assert from "node:assert/strict";
import test from "node:test";
import { refuseBeyondCap } from "./cap.ts";
import type { CleanRule, DeleteCap } from "./rule.ts";

const base: CleanRule = {
  kind: "clean",
  name: "tmp",
  formerly: [],
  needs: [],
  path: "/data/tmp",
  olderThanMs: 1,
  ageBy: ["mtime"],
  include: ["*"],
  exclude: [],
  maxDelete: { files: 100_000, bytes: undefined, share: 0.5 },
  quarantineMs: undefined,
  owned: [],
};

interface Case {
  readonly cap?: Partial<DeleteCap>;
  readonly planned: readonly [files: number, bytes: number];
  readonly found?: readonly [files: number, bytes: number];
  readonly isFirstRun?: boolean;
}

function refusal({ cap = {}, planned, found = [10 ** 9, 10 ** 15], isFirstRun = false }: Case): string | undefined {
  const amounts = { planned: amount(planned), found: amount(found), isFirstRun };
  return refuseBeyondCap({ ...base, maxDelete: { ...base.maxDelete, ...cap } }, amounts)?.message;
}

function amount([files, bytes]: readonly [number, number]) {
  return { files, bytes };
}

test("D8, D9: a plan beyond the cap on files or bytes is refused, to the file", () => {
  assert.equal(refusal({ planned: [100_000, 0] }), undefined);
  assert.match(refusal({ planned: [100_001, 0] }) ?? "", /100,001 files \(at most 100,000\)/);
  assert.equal(refusal({ planned: [1, 100], cap: { bytes: 100 } }), undefined);
  assert.match(refusal({ planned: [1, 101], cap: { bytes: 100 } }) ?? "", /101 B \(at most 100 B\)/);
  assert.match(refusal({ planned: [100_001, 0], isFirstRun: true }) ?? "", /at most 100,000/);
});

test("D9: a share of the tree counts beyond 1,000 files or 1 GiB, and not for the first approved run", () => {
  assert.equal(refusal({ planned: [1_000, 2 ** 30], found: [1_000, 2 ** 30] }), undefined);
  assert.match(refusal({ planned: [1_001, 0], found: [2_000, 10] }) ?? "", /51 % of what lies there/);
  assert.equal(refusal({ planned: [1_001, 0], found: [2_002, 10] }), undefined);
  assert.match(refusal({ planned: [1, 2 ** 30 + 1], found: [100, 2 ** 30 + 1] }) ?? "", /100 %/);
  assert.equal(refusal({ planned: [1_001, 0], found: [1_001, 10], isFirstRun: true }), undefined);
});
