import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprintOf, judgeApproval, sourceChange } from "./approval.ts";

const source = {
  path: "/var/log",
  filesystemType: "ext4",
  filesystemId: "9a1e",
  mountPoint: "/var",
};
const rule = (keys: object = {}) => JSON.stringify({ olderThanMs: 604_800_000, include: ["*"], source, ...keys });

function saved(text: string) {
  const approvedAtMs = Date.parse("2026-11-20T04:15:00Z");
  return { job: "logs", fingerprint: fingerprintOf(text), rule: text, approvedAtMs, approvedBy: "ops" };
}

test("D16: what was shown is what is approved", () => {
  const approval = judgeApproval(rule(), saved(rule()));
  assert.deepEqual(approval, {
    state: "approved",
    fingerprint: fingerprintOf(rule()),
    since: "2026-11-20T04:15:00.000Z",
    by: "ops",
    changes: [],
    effect: null,
  });
  assert.match(fingerprintOf(rule()), /^[0-9a-f]{64}$/);
});

test("a rule that nobody saw is not approved", () => {
  assert.deepEqual(judgeApproval(rule(), undefined), {
    state: "never",
    fingerprint: fingerprintOf(rule()),
    since: null,
    by: null,
    changes: [],
    effect: null,
  });
});

test("an edited rule says what changed, in the words of the configuration", () => {
  const approval = judgeApproval(rule({ olderThanMs: 259_200_000, compress: "zstd" }), saved(rule()));
  assert.equal(approval.state, "changed");
  assert.deepEqual(approval.changes, [
    { key: "older_than", before: '"7d"', after: '"3d"' },
    { key: "compress", before: "(none)", after: '"zstd"' },
  ]);
});

test("lists are shown whole, and a key that went away is shown, too", () => {
  const { changes } = judgeApproval(rule({ include: ["*.gz"] }), saved(rule({ activeLogs: true })));
  assert.deepEqual(changes, [
    { key: "include", before: '["*"]', after: '["*.gz"]' },
    { key: "active_logs", before: "true", after: "(none)" },
  ]);
});

test("M4: another file system at the source is a guard of its own", () => {
  assert.equal(sourceChange(rule(), saved(rule())), undefined);
  assert.equal(sourceChange(rule(), undefined), undefined);
  const unmounted = rule({ source: { ...source, filesystemId: "51d2", mountPoint: "/" } });
  assert.equal(
    sourceChange(unmounted, saved(rule())),
    "it was on ext4 9a1e mounted at /var when it was approved, and is on ext4 51d2 mounted at / now",
  );
  const elsewhere = rule({ source: { ...source, path: "/srv/log", filesystemId: "51d2" } });
  assert.equal(sourceChange(elsewhere, saved(rule())), undefined);
});
