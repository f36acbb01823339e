import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import type { Capabilities } from "../../src/tiers/tier.ts";
import { mountBindfs } from "../support/bindfs.ts";
import { mountLoop, needsRoot } from "../support/loop-mount.ts";
import { scratch } from "../support/scratch.ts";
import { mountTmpfs } from "../support/tmpfs-mount.ts";
import { checkTierDirectory } from "./tier.ts";

const everything: Capabilities = {
  owners: true,
  modes: true,
  xattrs: true,
  acls: true,
  hardLinks: true,
  publish: "rename-noreplace",
  nameMaxBytes: 255,
  byteNames: true,
  timeGrainNs: 1,
};

for (const type of ["ext4", "xfs", "btrfs"] as const) {
  test(`${type} is a tier that holds everything`, { skip: needsRoot }, async () => {
    await using fs = await mountLoop({ type, sizeMiB: type === "btrfs" ? 128 : 64 });
    assert.deepEqual(checkTierDirectory(fresh(fs.path)), everything);
  });
}

test("ext4 with small inodes keeps whole seconds", { skip: needsRoot }, async () => {
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 16, mkfs: ["-I", "128"] });
  assert.equal(checkTierDirectory(fresh(fs.path)).timeGrainNs, 1_000_000_000);
});

test("tmpfs is a tier", { skip: needsRoot }, async () => {
  await using fs = await mountTmpfs({ sizeMiB: 4 });
  const { xattrs: _, ...found } = checkTierDirectory(fresh(fs.path));
  const { xattrs: __, ...expected } = everything; // user attributes came to tmpfs with Linux 6.6
  assert.deepEqual(found, expected);
});

test("a plain directory is a tier for whoever owns it", () => {
  using dir = scratch("contract");
  assert.equal(checkTierDirectory(fresh(dir.path)).publish, "rename-noreplace");
});

test("bindfs, like NFS, publishes by link", { skip: needsRoot }, async () => {
  using dir = scratch("contract");
  await using fuse = await mountBindfs(dir.path);
  const found = checkTierDirectory(fresh(fuse.path));
  assert.deepEqual(found, { ...everything, publish: "link-unlink" });
});

test("a NAS that squashes root keeps no owners, whether it says so or not", { skip: needsRoot }, async () => {
  for (const way of ["--chown-deny", "--chown-ignore"]) {
    using dir = scratch("contract");
    await using fuse = await mountBindfs(dir.path, [way, "--xattr-none", "--chmod-ignore"]);
    const found = checkTierDirectory(fresh(fuse.path));
    assert.deepEqual([found.owners, found.modes, found.xattrs, found.acls], [false, false, false, false], way);
  }
});

function fresh(path: string): string {
  const directory = `${path}/contract`;
  mkdirSync(directory);
  return directory;
}
