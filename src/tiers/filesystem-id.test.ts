import assert from "node:assert/strict";
import { closeSync, openSync, readSync } from "node:fs";
import { test } from "node:test";
import { mountLoop, needsRoot } from "../../test/support/loop-mount.ts";
import { tierConfig } from "../../test/support/tier-config.ts";
import { describeFilesystemId, uuidInSuperblock } from "./filesystem-id.ts";
import { inspectTier } from "./inspect.ts";

for (const type of ["ext4", "xfs", "btrfs"] as const) {
  test(`the superblock of ${type} and the kernel tell the same UUID`, { skip: needsRoot }, async () => {
    await using fs = await mountLoop({ type, sizeMiB: type === "btrfs" ? 128 : 64 });
    const bytes = Buffer.alloc(0x11000);
    const fd = openSync(fs.image, "r");
    readSync(fd, bytes);
    closeSync(fd);
    assert.equal(inspectTier(tierConfig("warm", fs.path)).mount?.filesystemId, uuidInSuperblock(bytes));
  });
}

test("no superblock, no UUID", () => {
  assert.equal(uuidInSuperblock(Buffer.alloc(0x11000)), undefined);
  assert.equal(uuidInSuperblock(Buffer.alloc(10)), undefined);
});

test("ids as people read them", () => {
  assert.equal(describeFilesystemId("9a1e0c5e-1111-2222-3333-444455556666"), "UUID 9a1e0c5e…");
  assert.equal(describeFilesystemId("01fe2a7700000001"), "fsid 01fe2a77…");
  assert.equal(describeFilesystemId("nas.example:/export"), "nas.example:/export");
});
