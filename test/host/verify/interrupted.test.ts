import { deepEqual, equal, match, ok } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { test } from "node:test";
import type { HealthReport } from "../../../src/reports/health.ts";
import type { VerifiedTier, VerifyReport } from "../../../src/reports/verify.ts";
import { mountBindfs } from "../../support/bindfs.ts";
import { needsRoot } from "../../support/loop-mount.ts";
import { type Scratch, scratch } from "../../support/scratch.ts";
import { type Guarded, move, oldFiles, openGuarded } from "../guards/program.ts";
import { type Ended, endOf, until } from "../moves/program.ts";

const skip = needsRoot;
const files = 200;

interface SlowScene {
  readonly program: Guarded;
  readonly nas: string;
}

/** Files on a NAS that is read back slowly enough to be caught in the middle, and some on a tier that is well. */
async function slowScene({ path }: Scratch, nas: string): Promise<SlowScene> {
  oldFiles(`${path}/log`, files, 16_384);
  oldFiles(`${path}/report`, 3, 100);
  const program = await openGuarded({
    directory: path,
    top: 'stall_timeout = "2s"',
    tiers: { nas, warm: `${path}/warm` },
    // FUSE has no leases, so files would have to settle for an hour.
    rest: `[verify]\nread_rate = "1MiB/s"\n${move("logs", `${path}/log`, "nas")}settled_for = "0s"\n${move("reports", `${path}/report`, "warm")}`,
  });
  equal((await program.run()).exitCode, 0);
  return { program, nas };
}

/** Starts to verify, and waits until a stored file is being read. */
async function verifying({
  program,
  nas,
}: SlowScene): Promise<{ readonly pid: number; readonly ended: Promise<Ended> }> {
  const child = program.start("verify", "--json");
  const pid = child.pid ?? 0;
  const ended = endOf(child);
  await until(() => childrenOf(pid).some((each) => hasOpenBelow(each, `${nas}/jts-1/`)));
  return { pid, ended };
}

function childrenOf(pid: number): readonly string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);
}

function hasOpenBelow(pid: string, path: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith(path));
  } catch {
    // It ended, or closed the file, meanwhile.
    return false;
  }
}

async function reportOf(
  ended: Promise<Ended>,
  exitCode: number,
): Promise<{ report: VerifyReport; nas: VerifiedTier | undefined }> {
  const { exitCode: found, stdout, stderr } = await ended;
  equal(found, exitCode, `${stderr}${stdout}`);
  const report = JSON.parse(stdout) as VerifyReport;
  return { report, nas: report.tiers.find(({ tier }) => tier === "nas") };
}

async function findings(program: Guarded): Promise<readonly string[]> {
  const { stdout } = await program.call("health", "--json");
  return (JSON.parse(stdout) as HealthReport).findings.map(({ id }) => id).filter((id) => id.startsWith("stored-"));
}

test("a tier that stops answering while it is read takes one process with it; the others are read", {
  skip,
}, async () => {
  using dir = scratch("verify-hung");
  using behind = scratch("behind");
  await using mount = await mountBindfs(behind.path);
  const scene = await slowScene(dir, mount.path);
  const { ended } = await verifying(scene);
  process.kill(mount.pid, "SIGSTOP");
  const { report, nas } = await reportOf(ended, 3);
  equal(nas?.error?.code, "JOB_STALLED");
  const warm = report.tiers.find(({ tier }) => tier === "warm");
  deepEqual([warm?.files, warm?.error, report.findings], [3, null, []]);
  process.kill(mount.pid, "SIGCONT");
  deepEqual(await findings(scene.program), []);
  const whole = await reportOf(scene.program.call("verify", "--json"), 0);
  equal(whole.nas?.files, files);
});

test("a tier that goes away while it is read has no damaged files", { skip }, async () => {
  using dir = scratch("verify-gone");
  using behind = scratch("behind");
  await using mount = await mountBindfs(behind.path);
  const scene = await slowScene(dir, mount.path);
  const { ended } = await verifying(scene);
  process.kill(mount.pid, "SIGKILL");
  const { report, nas } = await reportOf(ended, 3);
  deepEqual([nas?.error?.code, report.findings], ["TIER_UNAVAILABLE", []]);
  match(nas?.error?.message ?? "", /nas went away while it was read/);
  deepEqual(await findings(scene.program), []);
});

test("a signal: what was read is written down, and the next one reads what is left first", { skip }, async () => {
  using dir = scratch("verify-signal");
  using behind = scratch("behind");
  await using mount = await mountBindfs(behind.path);
  const scene = await slowScene(dir, mount.path);
  const { pid, ended } = await verifying(scene);
  process.kill(pid, "SIGINT");
  const { report, nas } = await reportOf(ended, 130);
  equal(report.status, "interrupted");
  ok(nas !== undefined && nas.files < files, `${nas?.files} of ${files}`);
  equal(nas.ofFiles, files);
  const before = verifiedAtOf(scene.program.file);
  const next = await reportOf(scene.program.call("verify", "nas", "--sample", "20%", "--json"), 0);
  const again = verifiedAtOf(scene.program.file);
  const longestUnread = Math.min(...before.values());
  equal([...before.values()].filter((at) => at > longestUnread).length, nas.files, "what was read is written down");
  const readNext = [...again].filter(([path, at]) => at > (before.get(path) ?? 0));
  deepEqual([...new Set(readNext.map(([path]) => before.get(path)))], [longestUnread]);
  equal(next.nas?.files, next.nas?.ofFiles);
});

/** By path, as the catalog has it. */
function verifiedAtOf(configFile: string): ReadonlyMap<string, number> {
  const bin = new URL("../../../bin/tierkeep", import.meta.url).pathname;
  const { placements } = JSON.parse(
    execFileSync(bin, ["--config", configFile, "find", "/", "--json"], { encoding: "utf8", maxBuffer: 2 ** 26 }),
  ) as { placements: readonly { path: string; tier: string; verifiedAt: string }[] };
  const onNas = placements.filter(({ tier }) => tier === "nas");
  return new Map(onNas.map(({ path, verifiedAt }) => [path, Date.parse(verifiedAt)]));
}
