import assert from "node:assert/strict";
import { test } from "node:test";
import { rawPath } from "../lib/raw-path.ts";
import { mountOf, parseMountinfo, readMounts } from "./mounts.ts";

const text = String.raw`22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
30 22 8:17 / /mnt/warm\040disk rw,noatime shared:2 master:1 - xfs /dev/sdb1 rw,attr2
31 22 0:44 / /mnt/auto rw - autofs systemd-1 rw,fd=40
32 31 0:45 / /mnt/auto rw - nfs4 nas:/export/a\134b rw,vers=4.2
33 22 0:46 / /mnt/idle rw - autofs systemd-1 rw,fd=41
34 22 8:33 / /srv/a/b rw - ext4 /dev/sdc1 rw
35 22 8:49 / /srv/a rw - ext4 /dev/sdd1 rw
36 22 0:50 / /mnt/tmp rw -  tmpfs
`;

test("a line's fields, octal escapes undone, optional fields passed over", () => {
  const [root, warm] = parseMountinfo(text);
  assert.equal(root?.mountPoint, "/");
  assert.deepEqual(warm, {
    id: 30,
    parentId: 22,
    device: "8:17",
    root: "/",
    mountPoint: "/mnt/warm disk",
    options: ["rw", "noatime"],
    fsType: "xfs",
    source: "/dev/sdb1",
    superOptions: ["rw", "attr2"],
  });
});

test("a source with a backslash, and a line with an empty source", () => {
  const mounts = parseMountinfo(text);
  assert.equal(mounts.find((mount) => mount.id === 32)?.source, "nas:/export/a\\b");
  assert.equal(mounts.length, 8);
});

test("bytes that are not UTF-8 stay bytes", () => {
  const [mount] = parseMountinfo("40 1 8:2 / /mnt/\xff\xe4 rw - ext4 /dev/sdz rw");
  assert.equal(mount?.mountPoint, "/mnt/\xff\xe4");
});

test("the mount that shows a path: the deepest, automounts that hold something, never what is mounted over", () => {
  const mounts = parseMountinfo(text);
  const idOf = (path: string) => mountOf(mounts, rawPath(path))?.id;
  assert.equal(idOf("/etc"), 22);
  assert.equal(idOf("/mnt/warm disk"), 30);
  assert.equal(idOf("/mnt/warm disk/x/y"), 30);
  assert.equal(idOf("/mnt/warm"), 22);
  assert.equal(idOf("/mnt/auto/logs"), 32);
  assert.equal(idOf("/mnt/idle"), 22);
  assert.equal(idOf("/srv/a/b/c"), 35);
});

test("the mounts of this process include /proc, whatever path is asked", () => {
  const mounts = readMounts();
  assert.equal(mountOf(mounts, rawPath("/proc/self"))?.fsType, "proc");
  assert.ok(mountOf(mounts, rawPath("/")) !== undefined);
});
