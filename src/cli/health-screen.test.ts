import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type FilesystemHealth,
  type Finding,
  type HealthReport,
  healthReport,
  type TierHealth,
} from "../reports/health.ts";
import { nagiosLine } from "./health-nagios.ts";
import { healthScreen } from "./health-screen.ts";
import type { Terminal } from "./terminal.ts";

test("the screen: the answer, every tier, then what to do", () => {
  assert.deepEqual(healthScreen(sample(), terminal(true)), [
    "jts-1 · 1 critical, 1 warning",
    "",
    "  hot     LVM vg_hot, 128 GiB unallocated                             ▲ warning",
    "    /                 █████████░░░░░░░   54 %    41 GiB free  inodes   8 %",
    "    /var/log          same file system as /",
    "    /data/clickhouse  █████████████░░░   81 %   171 GiB free  inodes   1 %  ▲",
    "  warm    /mnt/warm, ext4                                             ✓ ok",
    "    /mnt/warm         ███████░░░░░░░░░   44 %   2.1 TiB free",
    "    a file was written, read back and deleted in 11 ms",
    "  cold    nas.example:/export, nfs4                                   ✗ hung",
    "    /mnt/nas          does not answer  ✗",
    "    not answering since 2026-11-22 02:14 (25 h) ·",
    "    server answers on port 2049 in 3 ms",
    "",
    "✗ cold  tier-hung        /mnt/nas has not answered for 25 h; its jobs are",
    "                         skipped",
    "        the server is up: look at its export",
    "▲ hot   filesystem-full  /data/clickhouse is 81 % full (warning at 80 %)",
    "        tierkeep plan",
  ]);
});

test("a long message is broken between words, and plain where the terminal is", () => {
  const message =
    "warm is not the tier that it should be: expected tier 3f0c21d9… on UUID 9a1e77b0…, found no identity, on UUID 51d2";
  const finding: Finding = { id: "tier-identity", severity: "critical", tier: "warm", message, hint: "mount it" };
  const lines = healthScreen({ ...sample(), findings: [finding] }, terminal(false));
  assert.ok(lines.every((line) => line.length <= 80));
  assert.deepEqual(lines.slice(-4), [
    "CRIT warm  tier-identity  warm is not the tier that it should be: expected tier",
    "                          3f0c21d9... on UUID 9a1e77b0..., found no identity, on",
    "                          UUID 51d2",
    "           mount it",
  ]);
});

test("without UTF-8: words, no bars, nothing but ASCII", () => {
  const lines = healthScreen(sample(), terminal(false));
  for (const line of lines) assert.equal(Buffer.byteLength(line), line.length, line);
  assert.ok(lines.includes("    /data/clickhouse   81 %   171 GiB free  inodes   1 %  WARN"));
  assert.ok(lines.some((line) => /^CRIT cold {2}tier-hung/.test(line)));
});

test("what monitoring reads has no bar in its words and one line", () => {
  const report = sample();
  const odd = { ...report, findings: report.findings.map((found) => ({ ...found, message: `a | b\n${found.id}` })) };
  assert.equal(
    nagiosLine(odd),
    "TIERKEEP CRITICAL - cold: a / b; tier-hung; hot: a / b; filesystem-full" +
      " | hot_used=81.4%;80;90 hot_latency=1ms warm_used=44%;80;90 warm_latency=11ms",
  );
  const well = { ...report, status: "ok" as const, findings: [], tiers: report.tiers.slice(0, 2) };
  assert.match(nagiosLine(well), /^TIERKEEP OK - hot 81 % full, warm 44 % full \| hot_used/);
});

function terminal(symbols: boolean): Terminal {
  const nothing = () => undefined;
  const later = () => Promise.reject(new Error("a screen only returns lines"));
  return {
    print: nothing,
    note: nothing,
    ask: later,
    pour: later,
    interactive: false,
    symbols,
    colour: false,
    progress: false,
    columns: () => 80,
  };
}

const gib = 2 ** 30;

function sample(): HealthReport {
  const group = { name: "vg_hot", sizeBytes: 1024 * gib, freeBytes: 128 * gib, missingDevices: 0 };
  const root = filesystem("/", { usedRatio: 0.545, freeBytes: 41 * gib, inodesUsedRatio: 0.08, sizeBytes: 90 * gib });
  const full = { usedRatio: 0.8149, freeBytes: 171 * gib, inodesUsedRatio: 0.0102, sizeBytes: 900 * gib };
  const clickhouse = filesystem("/data/clickhouse", { ...full, status: "warning", mountPoint: "/data/clickhouse" });
  const nas = { host: "nas.example", port: 2049, reachable: true, latencyMs: 3 };
  const since = new Date(2026, 10, 22, 2, 14).toISOString();
  const warmRoom = { usedRatio: 0.44, freeBytes: 2.1 * 1024 * gib, mountPoint: "/mnt/warm" };
  const tiers = [
    tier("hot", {
      status: "warning",
      volumeGroup: group,
      latencyMs: 1,
      filesystems: [root, { ...root, path: "/var/log" }, clickhouse],
    }),
    tier("warm", {
      path: "/mnt/warm",
      filesystemType: "ext4",
      writable: true,
      clockAheadMs: 0,
      latencyMs: 11,
      filesystems: [filesystem("/mnt/warm", warmRoom)],
    }),
    tier("cold", {
      ...{
        status: "critical",
        path: "/mnt/nas",
        source: "nas.example:/export",
        filesystemType: "nfs4",
        server: nas,
        hungSince: since,
      },
      filesystems: [filesystem("/mnt/nas", { status: "critical", hungSince: since })],
    }),
  ];
  const now = new Date(2026, 10, 23, 3, 14).getTime();
  const findings: readonly Finding[] = [
    {
      id: "filesystem-full",
      severity: "warning",
      tier: "hot",
      message: "/data/clickhouse is 81 % full (warning at 80 %)",
      hint: "tierkeep plan",
    },
    {
      id: "tier-hung",
      severity: "critical",
      tier: "cold",
      hint: "the server is up: look at its export",
      message: "/mnt/nas has not answered for 25 h; its jobs are skipped",
    },
  ];
  return healthReport({ now, host: "jts-1", toolVersion: "1", toldAt: null, tiers, jobs: [], findings });
}

function tier(name: string, keys: Partial<TierHealth>): TierHealth {
  return {
    ...{ name, status: "ok", path: null, source: null, filesystemType: null, warnRatio: 0.8, criticalRatio: 0.9 },
    ...{
      reachable: true,
      latencyMs: null,
      hungSince: null,
      readOnly: false,
      identity: "ok",
      writable: null,
      clockAheadMs: null,
    },
    ...{ capabilities: null, server: null, filesystems: [], volumeGroup: null, notes: [] },
    ...keys,
  };
}

function filesystem(path: string, keys: Partial<FilesystemHealth>): FilesystemHealth {
  return {
    ...{
      path,
      status: "ok",
      mountPoint: "/",
      sizeBytes: null,
      freeBytes: null,
      usedRatio: null,
      inodesUsedRatio: null,
    },
    ...{ latencyMs: null, hungSince: null, readOnly: false },
    ...keys,
  };
}
