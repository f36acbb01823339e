import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { adoptedTier } from "../support/adopted-tier.ts";
import { healthReportOf, tierIn, tierOf } from "../support/health.ts";
import { mountLoop, needsRoot } from "../support/loop-mount.ts";
import { scratch } from "../support/scratch.ts";
import { mountTmpfs } from "../support/tmpfs-mount.ts";

const skip = needsRoot;
/** From xfsprogs; it ends any file system that knows the shutdown call, as a dying disk would. */
const shutdown = "xfs_io";

test("an adopted tier is well: identity, a written file, room; and nothing is left behind", { skip }, async () => {
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 16 });
  using dir = scratch("health");
  const { config, pins } = adoptedTier("warm", fs.path);
  const report = await healthReportOf({ directory: dir.path, tiers: [config], pins });
  const tier = tierIn(report, "warm");
  assert.deepEqual(report.findings, []);
  assert.deepEqual([tier.status, tier.identity, tier.writable, tier.reachable], ["ok", "ok", true, true]);
  assert.equal(tier.filesystemType, "ext4");
  assert.deepEqual(report.jobs, [{ name: "logs", lastSuccessAt: null }]);
  assert.deepEqual(listed(fs.path), ["tier.json"]);
  assert.equal(report.run.exitCode, 0);
});

test("full file systems: 80 % is a warning, exit 1; 90 % is critical, exit 2; both limits can be set", {
  skip,
}, async () => {
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 32, mkfs: ["-m", "0"] });
  using dir = scratch("health");
  const { config, pins } = adoptedTier("warm", fs.path);
  fillTo(fs.path, 0.82);
  const warned = await healthReportOf({ directory: dir.path, tiers: [config], pins });
  assert.deepEqual([warned.status, warned.run.exitCode], ["warning", 1]);
  assert.match(warned.findings[0]?.message ?? "", /is 8\d % full \(warning at 80 %\)$/);
  const strict = await healthReportOf({ directory: dir.path, tiers: [{ ...config, criticalRatio: 0.81 }], pins });
  assert.equal(strict.run.exitCode, 2);
  fillTo(fs.path, 0.95);
  const critical = await healthReportOf({ directory: dir.path, tiers: [config], pins });
  assert.deepEqual(
    critical.findings.map((found) => [found.id, found.severity]),
    [["filesystem-full", "critical"]],
  );
  assert.equal(critical.run.exitCode, 2);
});

test("inodes: a file system with room and without inodes is critical", { skip }, async () => {
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 16, mkfs: ["-N", "64"] });
  using dir = scratch("health");
  const { config, pins } = adoptedTier("warm", fs.path);
  useInodes(fs.path);
  const report = await healthReportOf({ directory: dir.path, tiers: [config], pins });
  const ids = report.findings.map((found) => found.id).sort();
  assert.deepEqual(ids, ["inodes-full", "tier-write-failed"]);
  assert.ok((tierIn(report, "warm").filesystems[0]?.usedRatio ?? 1) < 0.8);
});

test("C10: a read-only remount is critical, whatever the tier's identity says", { skip }, async () => {
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 16 });
  using dir = scratch("health");
  const { config, pins } = adoptedTier("warm", fs.path);
  fs.unmount();
  fs.remount(["ro"]);
  const report = await healthReportOf({ directory: dir.path, tiers: [config], pins });
  const ids = report.findings.map((found) => found.id).sort();
  assert.deepEqual(ids, ["tier-read-only", "tier-write-failed"]);
  assert.equal(tierIn(report, "warm").readOnly, true);
});

for (const type of ["ext4", "xfs"] as const) {
  test(`C10: a dead ${type} that the mount table still calls rw is found by trying`, { skip }, async () => {
    await using fs = await mountLoop({ type, sizeMiB: 64 });
    using dir = scratch("health");
    const { config, pins } = adoptedTier("warm", fs.path);
    execFileSync(shutdown, ["-x", "-c", "shutdown", fs.path]);
    assert.match(readFileSync("/proc/self/mounts", "utf8"), new RegExp(`${fs.path} ${type} rw`));
    const report = await healthReportOf({ directory: dir.path, tiers: [config], pins });
    fs.unmount(); // mountpoint(1), which cleaning up asks, fails on a dead XFS
    assert.deepEqual(
      report.findings.map((found) => found.severity),
      report.findings.map(() => "critical"),
    );
    assert.match(report.findings.map((found) => found.message).join(), /EIO/);
    assert.equal(report.run.exitCode, 2);
  });
}

test("M3: an unmounted tier is critical, is not written to, and shows no other file system's room", {
  skip,
}, async () => {
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 16 });
  using dir = scratch("health");
  const { config, pins } = adoptedTier("warm", fs.path);
  fs.unmount();
  const report = await healthReportOf({ directory: dir.path, tiers: [config], pins });
  const tier = tierIn(report, "warm");
  assert.deepEqual(
    report.findings.map((found) => found.id),
    ["tier-not-mounted"],
  );
  assert.deepEqual([tier.reachable, tier.writable, tier.filesystems[0]?.usedRatio], [false, null, null]);
  assert.deepEqual(listed(fs.path, ""), []);
  assert.equal(report.run.exitCode, 2);
});

test("M3: another file system at the tier's path is not the tier", { skip }, async () => {
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 16 });
  await using other = await mountTmpfs({ sizeMiB: 4 });
  using dir = scratch("health");
  const { config, pins } = adoptedTier("warm", fs.path);
  const moved = { ...config, path: other.path, filesystems: [other.path] };
  const report = await healthReportOf({ directory: dir.path, tiers: [moved], pins });
  assert.deepEqual(
    report.findings.map((found) => found.id),
    ["tier-identity"],
  );
  assert.match(report.findings[0]?.message ?? "", /expected tier .*found no identity/);
});

test("a tier that was never adopted is a warning with the command to type", { skip }, async () => {
  await using fs = await mountTmpfs({ sizeMiB: 4 });
  using dir = scratch("health");
  const report = await healthReportOf({ directory: dir.path, tiers: [tierOf("warm", { path: fs.path })] });
  assert.deepEqual(
    report.findings.map((found) => [found.id, found.hint]),
    [["not-adopted", "tierkeep tier adopt warm"]],
  );
  assert.equal(report.run.exitCode, 1);
});

test("without root and without any directory of ours: room is seen, identity is not checked, nothing is written", {
  skip,
}, async () => {
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 16 });
  await using closed = await mountTmpfs({ sizeMiB: 4 });
  using dir = scratch("health");
  mkdirSync(`${closed.path}/secret/inner`, { recursive: true, mode: 0o700 });
  const { config, pins } = adoptedTier("warm", fs.path);
  const hot = tierOf("hot", { filesystems: ["/"], volumeGroup: "vg_none", warnRatio: 1, criticalRatio: 1 });
  const tiers = [hot, config, tierOf("shut", { filesystems: [`${closed.path}/secret/inner`] })];
  for (const path of [dir.path, dirname(fs.path)]) chmodSync(path, 0o755);
  const report = await healthReportOf({ directory: dir.path, tiers, pins, uid: 4242 });
  assert.deepEqual(report.findings, []);
  assert.deepEqual(tierIn(report, "hot").notes, ["LVM not checked: needs root"]);
  assert.deepEqual(tierIn(report, "warm").notes, ["identity not checked: needs root", "no write tried: needs root"]);
  assert.equal(tierIn(report, "warm").status, "ok");
  assert.deepEqual(tierIn(report, "shut").notes, [`${closed.path}/secret/inner not looked at: needs root`]);
  assert.deepEqual([report.status, report.run.exitCode], ["unknown", 3]);
  rmSync("/tmp/tierkeep-4242", { recursive: true });
});

function listed(path: string, below = ".tierkeep"): readonly string[] {
  return readdirSync(`${path}/${below}`);
}

/** Fills a file system of small files' size up to a ratio as `df` counts it. */
function fillTo(path: string, ratio: number): void {
  const facts = statfsSync(path);
  const usable = facts.blocks - facts.bfree + facts.bavail;
  const blocks = Math.ceil(usable * ratio) - (facts.blocks - facts.bfree);
  writeFileSync(`${path}/fill-${ratio}`, Buffer.alloc(blocks * facts.bsize));
}

function useInodes(path: string): void {
  for (let left = statfsSync(path).ffree; left > 0; left--) writeFileSync(`${path}/file-${left}`, "");
}
