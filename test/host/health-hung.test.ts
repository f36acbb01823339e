import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { adoptedTier } from "../support/adopted-tier.ts";
import { mountBindfs } from "../support/bindfs.ts";
import {
  type HealthCall,
  healthReportOf,
  probesOf,
  runHealth,
  startHealth,
  tierIn,
  tierOf,
} from "../support/health.ts";
import { mountLoop, needsRoot } from "../support/loop-mount.ts";
import { scratch } from "../support/scratch.ts";

const skip = needsRoot;

test("C1: a hung mount: the others in full within 5 s, no second child, and all is well when it goes on", {
  skip,
}, async () => {
  using dir = scratch("health");
  using behind = scratch("behind");
  await using warm = await mountLoop({ type: "ext4", sizeMiB: 16 });
  await using cold = await mountBindfs(behind.path);
  await using nas = await tcpServer();
  const adopted = [adoptedTier("warm", warm.path), adoptedTier("cold", cold.path, { server: nas.address })];
  const tiers = [
    tierOf("hot", { filesystems: ["/", "/dev/shm"], warnRatio: 1, criticalRatio: 1 }),
    ...adopted.map((tier) => tier.config),
  ];
  const call: HealthCall = { directory: dir.path, tiers, pins: Object.assign({}, ...adopted.map((tier) => tier.pins)) };

  process.kill(cold.pid, "SIGSTOP");
  const first = await healthReportOf(call);
  assert.ok(first.run.seconds < 5, `it took ${first.run.seconds} s`);
  assert.deepEqual(
    first.findings.map((found) => found.id),
    ["tier-hung"],
  );
  assert.match(first.findings[0]?.hint ?? "", /^the server is up/);
  assert.deepEqual([tierIn(first, "warm").status, tierIn(first, "warm").writable], ["ok", true]);
  assert.equal(tierIn(first, "hot").filesystems.length, 2);
  assert.equal(tierIn(first, "cold").server?.reachable, true);
  assert.equal(first.run.exitCode, 2);
  const stuck = probesOf(cold.path);
  assert.equal(stuck.length, 1);

  const second = await healthReportOf(call);
  assert.deepEqual(probesOf(cold.path), stuck);
  assert.equal(tierIn(second, "cold").hungSince, tierIn(first, "cold").hungSince);
  assert.equal(tierIn(second, "cold").server?.reachable, true);
  assert.ok(second.run.seconds < first.run.seconds, "a mount that is known to hang is not waited for again");
  const screen = await runHealth({ ...call, looks: "symbols" });
  assert.match(
    screen.stdout,
    /cold .*✗ hung\n.*does not answer.*\n.*not answering since \d\d:\d\d \([\d.]+ s\) · server answers on port \d+ in/,
  );

  process.kill(cold.pid, "SIGCONT");
  while (probesOf(cold.path).length > 0) await pause(20);
  const healed = await healthReportOf(call);
  assert.deepEqual([healed.findings, healed.status, healed.run.exitCode], [[], "ok", 0]);
});

test("C2: the supervising process touches no path of a tier", { skip }, async () => {
  using dir = scratch("health");
  await using warm = await mountLoop({ type: "ext4", sizeMiB: 16 });
  const { config, pins } = adoptedTier("warm", warm.path);
  const log = `${dir.path}/trace`;
  const child = startHealth({ directory: dir.path, tiers: [config], pins, under: ["strace", "-o", log, "-s", "512"] });
  await once(child, "close");
  const calls = readFileSync(log, "utf8").split("\n");
  const isOnPath = (line: string) => /^\w+\((?:AT_FDCWD, |\d+, )?"\//.test(line) && line.includes(`"${warm.path}`);
  assert.deepEqual(calls.filter(isOnPath), []);
  assert.ok(
    calls.some((line) => line.includes(`"${dir.path}/config.json"`)),
    "the trace shows paths",
  );
});

test("C1: two at once share a mount: both answer, one after the other", { skip }, async () => {
  using dir = scratch("health");
  await using warm = await mountLoop({ type: "ext4", sizeMiB: 16 });
  const { config, pins } = adoptedTier("warm", warm.path);
  const call = { directory: dir.path, tiers: [config], pins };
  const reports = await Promise.all([healthReportOf(call), healthReportOf(call), healthReportOf(call)]);
  assert.deepEqual(
    reports.map((report) => report.status),
    ["ok", "ok", "ok"],
  );
});

test("a server that is down is told apart, and its mount is not touched", { skip }, async () => {
  using dir = scratch("health");
  using behind = scratch("behind");
  await using cold = await mountBindfs(behind.path);
  const nas = await tcpServer();
  const { config, pins } = adoptedTier("cold", cold.path, { server: nas.address });
  await nas[Symbol.asyncDispose]();
  process.kill(cold.pid, "SIGSTOP");
  const report = await healthReportOf({ directory: dir.path, tiers: [config], pins });
  assert.deepEqual(
    report.findings.map((found) => found.id),
    ["server-down"],
  );
  assert.match(
    report.findings[0]?.message ?? "",
    /^127\.0\.0\.1 refuses connections on port \d+; the mount was not touched$/,
  );
  assert.deepEqual(probesOf(cold.path), []);
  const unknown = { ...config, server: { host: "nosuch.invalid", port: 2049 } };
  const lost = await healthReportOf({ directory: dir.path, tiers: [unknown], pins });
  assert.match(lost.findings[0]?.message ?? "", /^the name nosuch\.invalid cannot be looked up/);
});

test("a dead FUSE mount answers with an error, and says how to mount it again", { skip }, async () => {
  using dir = scratch("health");
  using behind = scratch("behind");
  await using cold = await mountBindfs(behind.path);
  const { config, pins } = adoptedTier("cold", cold.path);
  process.kill(cold.pid, "SIGKILL");
  const report = await healthReportOf({ directory: dir.path, tiers: [config], pins });
  assert.deepEqual(
    report.findings.map((found) => found.id),
    ["filesystem-failed"],
  );
  assert.match(report.findings[0]?.message ?? "", /ENOTCONN$/);
  assert.equal(report.run.exitCode, 2);
});

async function tcpServer() {
  const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const close = async () => {
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  };
  return { address: { host: "127.0.0.1", port: address.port }, [Symbol.asyncDispose]: close };
}
