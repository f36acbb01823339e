import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { truncateSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { healthReportOf, runHealth, tierIn, tierOf } from "../support/health.ts";
import { needsRoot } from "../support/loop-mount.ts";
import { scratch } from "../support/scratch.ts";

const skip = needsRoot;

test("LVM: unallocated room, and a device that went missing, on real loop devices", { skip }, async () => {
  using dir = scratch("lvm");
  using group = volumeGroup(dir.path);
  const hot = tierOf("hot", { filesystems: ["/dev/shm"], volumeGroup: group.name, warnRatio: 1, criticalRatio: 1 });
  const call = { directory: dir.path, tiers: [hot] };
  const whole = await healthReportOf(call);
  assert.deepEqual(whole.findings, []);
  assert.deepEqual(tierIn(whole, "hot").volumeGroup, {
    name: group.name,
    sizeBytes: 120 * 2 ** 20,
    freeBytes: 120 * 2 ** 20,
    missingDevices: 0,
  });
  const screen = await runHealth({ ...call, looks: "symbols" });
  assert.match(screen.stdout, new RegExp(`hot +LVM ${group.name}, 120 MiB unallocated +✓ ok`));

  group.detach();
  const partial = await healthReportOf(call);
  assert.deepEqual(
    partial.findings.map((found) => [found.id, found.severity]),
    [["lvm-missing-device", "critical"]],
  );
  assert.match(partial.findings[0]?.message ?? "", /misses a device: UUID [A-Za-z0-9-]+$/);
  assert.equal(partial.run.exitCode, 2);
});

test("LVM: a group that is not there is critical; a tier without one says so and is well", { skip }, async () => {
  using dir = scratch("lvm");
  const lost = tierOf("lost", { volumeGroup: "vg_nosuch" });
  const plain = tierOf("plain", { filesystems: ["/dev/shm"], warnRatio: 1, criticalRatio: 1 });
  const { stdout, exitCode } = await runHealth({ directory: dir.path, tiers: [lost, plain] });
  assert.equal(exitCode, 2);
  assert.match(stdout, /CRIT lost {2}lvm-group-missing {2}LVM knows no volume group vg_nosuch/);
  assert.match(stdout, /plain +no LVM volume group configured +ok/);
});

interface VolumeGroup extends Disposable {
  readonly name: string;
  /** Pulls the second of its two devices. */
  readonly detach: () => void;
}

function volumeGroup(directory: string): VolumeGroup {
  const name = `tk_${process.pid}_${Date.now()}`;
  const images = ["a", "b"].map((image) => `${directory}/${image}.img`);
  const devices = images.map(attach);
  lvm("vgcreate", name, ...devices);
  const detach = (device = devices[1] ?? "") => lvm("losetup", "-d", device);
  return {
    name,
    detach: () => detach(),
    [Symbol.dispose]: () => {
      for (const device of devices) {
        try {
          detach(device);
        } catch {
          // it was detached by the test
        }
      }
    },
  };
}

function attach(image: string): string {
  writeFileSync(image, "");
  truncateSync(image, 64 * 2 ** 20);
  return lvm("losetup", "-f", "--show", image).trim();
}

function lvm(command: string, ...args: readonly string[]): string {
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LVM_SUPPRESS_FD_WARNINGS: "1", LC_ALL: "C" };
  return execFileSync(command, args, { stdio: ["ignore", "pipe", "ignore"], encoding: "utf8", env });
}
