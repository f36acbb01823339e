import assert from "node:assert/strict";
import { test } from "node:test";
import { tierConfig } from "../../test/support/tier-config.ts";
import { parseMountinfo } from "../tiers/mounts.ts";
import type { TierConfig } from "../tiers/tier.ts";
import { probeGroups } from "./group.ts";
import type { FilesystemAnswer, ItemOutcome, ProbeItem } from "./items.ts";
import { judgeTier } from "./judge-tier.ts";

const mounts = parseMountinfo(
  "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:40 / /mnt/nas rw - nfs4 nas:/export rw,vers=4.2",
);
const room: FilesystemAnswer = {
  kind: "filesystem",
  sizeBytes: 100,
  usedBytes: 85,
  freeBytes: 15,
  inodes: 0,
  freeInodes: 0,
  latencyMs: 1,
};
const nowMs = Date.parse("2026-11-23T02:57:00Z");
const since = Date.parse("2026-11-23T02:14:00Z");
const nas = { ...tierConfig("cold", "/mnt/nas"), server: { host: "nas", port: 2049 } };

test("two paths on one file system are two rows and one finding", () => {
  const hot = { ...tierConfig("hot", undefined), filesystems: ["/", "/var/log"] };
  const { health, findings } = judged(hot, () => answered(room));
  assert.deepEqual(
    health.filesystems.map((row) => [row.path, row.status]),
    [
      ["/", "warning"],
      ["/var/log", "warning"],
    ],
  );
  assert.deepEqual(
    findings.map((found) => found.message),
    ["/ is 85 % full (warning at 80 %)"],
  );
});

test("C1: a hung tier says since when, and where to look by what its server answered", () => {
  const { health, findings } = judged(nas, (item) =>
    item.kind === "server"
      ? answered({ kind: "server", error: undefined, latencyMs: 3 })
      : { state: "hung", sinceMs: since },
  );
  assert.deepEqual(
    findings.map((found) => found.message),
    ["/mnt/nas has not answered for 43 min; its jobs are skipped"],
  );
  assert.match(findings[0]?.hint ?? "", /^the server is up/);
  assert.deepEqual(
    [health.hungSince, health.reachable, health.status],
    ["2026-11-23T02:14:00.000Z", false, "critical"],
  );
});

test("a server that is down is one finding, and the mount that was not touched none", () => {
  const { health, findings } = judged(nas, (item) =>
    item.kind === "server"
      ? answered({ kind: "server", error: "ETIMEDOUT", latencyMs: 2000 })
      : { state: "server-down" },
  );
  assert.deepEqual(
    findings.map((found) => found.id),
    ["server-down"],
  );
  assert.deepEqual([health.status, health.server?.reachable], ["critical", false]);
});

test("a mount that tells its room and then hangs on a write is hung", () => {
  const { findings, health } = judged(tierConfig("cold", "/mnt/nas"), (item) =>
    item.kind === "tier" ? { state: "hung", sinceMs: since } : answered({ ...room, usedBytes: 10, freeBytes: 90 }),
  );
  assert.deepEqual(
    findings.map((found) => found.id),
    ["tier-hung"],
  );
  assert.equal(health.hungSince, "2026-11-23T02:14:00.000Z");
});

test("M3: a wrong file system at the path does not lend its fullness to the tier", () => {
  const { findings, health } = judged(tierConfig("cold", "/mnt/nas"), (item) =>
    item.kind === "filesystem"
      ? answered(room)
      : answered({
          kind: "tier",
          identity: { state: "wrong", id: "tier-not-mounted", message: "not mounted", hint: "mount it" },
          write: { state: "not-tried", why: "" },
          latencyMs: 1,
        }),
  );
  assert.deepEqual(
    findings.map((found) => found.id),
    ["tier-not-mounted"],
  );
  assert.equal(health.filesystems[0]?.usedRatio, null);
});

test("a probe that ended without an answer leaves its tier unknown but for that", () => {
  const { findings } = judged(nas, () => ({ state: "failed", message: "it ended with 1" }));
  assert.deepEqual(new Set(findings.map((found) => found.id)), new Set(["probe-failed"]));
});

function judged(tier: TierConfig, outcome: (item: ProbeItem) => ItemOutcome) {
  const groups = probeGroups({ tiers: [tier], pins: undefined, host: "h", mounts });
  const outcomes = new Map(groups.flatMap((group) => group.items).map((item) => [item, outcome(item)]));
  return judgeTier({ tier, mounts, outcomes, nowMs, isRoot: true, capabilities: undefined });
}

function answered(answer: Extract<ItemOutcome, { state: "answered" }>["answer"]): ItemOutcome {
  return { state: "answered", answer };
}
