import assert from "node:assert/strict";
import { test } from "node:test";
import { tierConfig } from "../../test/support/tier-config.ts";
import { parseMountinfo } from "../tiers/mounts.ts";
import { type GroupFacts, mountAt, probeGroups } from "./group.ts";

const mounts = parseMountinfo(
  [
    "1 0 8:1 / / rw - ext4 /dev/sda1 rw",
    "2 1 8:2 / /mnt/warm rw - ext4 /dev/sdb1 rw",
    "3 1 0:40 / /mnt/nas rw - autofs systemd-1 rw",
    "4 3 0:41 / /mnt/nas rw - nfs4 nas:/export rw",
    "5 1 0:42 / /mnt/idle rw - autofs systemd-1 rw",
  ].join("\n"),
);
const facts: GroupFacts = { tiers: [], pins: undefined, host: "jts-1", mounts };

test("C1: one group for each mount; a path on it, an automount and a server belong to theirs", () => {
  const hot = { ...tierConfig("hot", undefined), filesystems: ["/", "/var/log", "/mnt/warm/x"], volumeGroup: "vg_hot" };
  const server = { host: "nas", port: 2049 };
  const cold = { ...tierConfig("cold", "/mnt/nas"), server };
  const groups = probeGroups({
    ...facts,
    tiers: [hot, tierConfig("warm", "/mnt/warm"), cold, tierConfig("idle", "/mnt/idle")],
  });
  const shown = groups.map(({ lock, items }) => [
    lock.replace(/-[0-9a-f]{8}-/, "-#-"),
    items.map((item) => item.kind).join(" "),
  ]);
  assert.deepEqual(shown, [
    ["mount-_-#-8-1", "filesystem filesystem"],
    ["mount-_mnt_warm-#-8-2", "filesystem filesystem tier"],
    ["lvm-vg_hot", "volume-group"],
    ["mount-_mnt_nas-#-0-41", "server filesystem tier"],
    ["mount-_mnt_idle-#-0-42", "filesystem tier"],
  ]);
});

test("the lock of a mount is a safe file name, and another one for each path", () => {
  const tiers = ["/mnt/a b", "/mnt/a_b", `/mnt/${"x".repeat(300)}`].map((path) => tierConfig("t", path));
  const own = tiers.map((tier, index) => ({ id: 10 + index, path: tier.path ?? "" }));
  const more = own.map(({ id, path }) => `${id} 1 0:50 / ${path.replace(" ", "\\040")} rw - tmpfs t rw`);
  const table = [...mounts, ...parseMountinfo(more.join("\n"))];
  const locks = probeGroups({ ...facts, tiers, mounts: table }).map((group) => group.lock);
  assert.equal(new Set(locks).size, 3);
  for (const lock of locks) assert.match(lock, /^[A-Za-z0-9._-]{1,200}$/);
});

test("an idle automount is asked through itself, not through what lies below it", () => {
  assert.equal(mountAt(mounts, "/mnt/idle")?.id, 5);
  assert.equal(mountAt(mounts, "/mnt/nas/deep")?.id, 4);
  assert.equal(mountAt(mounts, "/home")?.id, 1);
});
