import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, openSync, statSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { openPlace, withFlags, withOpen } from "../../test/support/place.ts";
import {
  closeFd,
  dropCache,
  open,
  readDirectory,
  readFully,
  readInto,
  reserveRoom,
  rewindDirectory,
  seekData,
  seekHole,
  setLease,
  setMode,
  setOwner,
  setTimes,
  syncFile,
  syncFileSystem,
  truncateFile,
  tryLock,
  writeBack,
  writeFully,
} from "./posix.ts";

const skip = process.getuid?.() === 0 ? false : "needs root";

test("read and write: at a position or on, short only at the end; EBADF, EISDIR", () => {
  using at = openPlace("posix");
  withOpen(at, "file", (fd) => {
    writeFully(fd, Buffer.from("hello "), -1);
    writeFully(fd, Buffer.from("world"), -1);
    writeFully(fd, Buffer.from("W"), 6);
    const buffer = Buffer.alloc(20);
    assert.equal(readFully(fd, buffer, 0), 11);
    assert.equal(buffer.toString("latin1", 0, 11), "hello World");
    assert.deepEqual([readFully(fd, buffer, 11), readInto(fd, buffer, 100)], [0, 0]);
    assert.equal(readInto(fd, buffer), 0, "the position is behind what was written");
    writeFully(fd, Buffer.alloc(0), 0);
  });
  assert.throws(() => withFlags(at, { name: "file", flags: open.O_RDONLY }, (fd) => writeFully(fd, Buffer.from("x"))), {
    code: "EBADF",
  });
  assert.throws(() => readInto(at.fd, Buffer.alloc(1)), { code: "EISDIR" });
  assert.throws(() => closeFd(987_654), { code: "EBADF", call: "close" });
});

test("writing back makes pages clean, so that they can be dropped; EBADF, EINVAL", () => {
  // A scratch directory may lie in memory, which nothing is written back from.
  const path = `/var/tmp/tierkeep-write-back-${process.pid}`;
  const fd = openSync(path, "w+");
  const cached = () => Number(execFileSync("fincore", ["-nbo", "PAGES", path], { encoding: "utf8" }));
  try {
    writeFully(fd, Buffer.alloc(2 ** 20, "x"));
    dropCache(fd);
    assert.ok(cached() > 0, "what is not on the disk stays in the cache");
    writeBack(fd, 0, 2 ** 20);
    dropCache(fd);
    assert.equal(cached(), 0);
    assert.throws(() => writeBack(fd, -1, 1), { code: "EINVAL", call: "sync_file_range" });
  } finally {
    closeSync(fd);
    unlinkSync(path);
  }
  assert.throws(() => writeBack(987_654, 0, 1), { code: "EBADF", call: "sync_file_range" });
});

test("directories are read through their descriptor, again after a rewind", () => {
  using at = openPlace("posix");
  for (const name of ["a", "b"]) writeFileSync(`${at.path}/${name}`, "");
  const buffer = Buffer.alloc(4_096);
  const length = readDirectory(at.fd, buffer);
  assert.ok(length > 0);
  assert.equal(readDirectory(at.fd, buffer), 0);
  rewindDirectory(at.fd);
  assert.equal(readDirectory(at.fd, buffer), length);
  assert.throws(() => withOpen(at, "a", (fd) => readDirectory(fd, buffer)), { code: "ENOTDIR" });
});

test("holes: SEEK_DATA answers ENXIO behind the last data, and a file without holes ends in one", () => {
  using at = openPlace("posix");
  withOpen(at, "sparse", (fd) => {
    const unit = 2 ** 20;
    truncateFile(fd, 4 * unit);
    assert.equal(seekData(fd, 0), undefined);
    writeFully(fd, Buffer.from("island"), 2 * unit);
    const start = seekData(fd, 0) ?? -1;
    assert.ok(start > 0 && start <= 2 * unit, String(start));
    assert.ok(seekHole(fd, start) > 2 * unit);
    assert.equal(seekData(fd, seekHole(fd, start)), undefined);
    assert.throws(() => seekHole(fd, 5 * unit), { code: "ENXIO" });
  });
  writeFileSync(`${at.path}/dense`, "dense");
  withOpen(at, "dense", (fd) => assert.deepEqual([seekData(fd, 0), seekHole(fd, 0)], [0, 5]));
});

test("fallocate reserves and leaves the size; truncate sets it; both say what they cannot", () => {
  using at = openPlace("posix");
  withOpen(at, "file", (fd) => {
    reserveRoom(fd, 2 ** 20);
    assert.equal(statSync(`${at.path}/file`).size, 0);
    assert.ok(statSync(`${at.path}/file`).blocks >= 2_048);
    assert.throws(() => reserveRoom(fd, 2 ** 62), { code: /^(EFBIG|ENOSPC)$/ });
    assert.throws(() => reserveRoom(fd, 0), { code: "EINVAL" });
    truncateFile(fd, 10);
    assert.equal(statSync(`${at.path}/file`).size, 10);
    assert.throws(() => truncateFile(fd, -1), { code: "EINVAL" });
  });
});

test("sync: of a file, a directory and a whole file system; EBADF, EINVAL", () => {
  using at = openPlace("posix");
  withOpen(at, "file", (fd) => {
    syncFile(fd);
    dropCache(fd);
  });
  syncFile(at.fd);
  syncFileSystem(at.fd);
  assert.throws(() => syncFile(987_654), { code: "EBADF", call: "fsync" });
  assert.throws(() => syncFileSystem(987_654), { code: "EBADF", call: "syncfs" });
});

test("leases: EAGAIN while somebody, we too, has the file open for writing; given back, it can be taken again", () => {
  using at = openPlace("posix");
  process.on("SIGIO", nothing);
  writeFileSync(`${at.path}/file`, "");
  withFlags(at, { name: "file", flags: open.O_RDONLY }, (fd) => {
    setLease(fd, "read");
    setLease(fd, "none");
    withOpen(at, "file", () => assert.throws(() => setLease(fd, "read"), { code: "EAGAIN", call: "fcntl" }));
    setLease(fd, "read");
    setLease(fd, "none");
  });
  process.off("SIGIO", nothing);
});

test("flock: one at a time for each opening, free again when it is closed", () => {
  using at = openPlace("posix");
  withOpen(at, "lock", (first) => {
    assert.equal(tryLock(first), true);
    assert.equal(tryLock(first), true);
    withOpen(at, "lock", (second) => assert.equal(tryLock(second), false));
  });
  withOpen(at, "lock", (third) => assert.equal(tryLock(third), true));
});

test("times go to the nanosecond, before 1970 too; owner and mode with all twelve bits", { skip }, () => {
  using at = openPlace("posix");
  withOpen(at, "file", (fd) => {
    for (const ns of [0n, 1n, -1n, -1_500_000_000n, 1_600_000_001_123_456_789n, 4_102_444_800_999_999_999n]) {
      setTimes(fd, ns + 5n, ns);
      const { mtimeNs, atimeNs } = statSync(`${at.path}/file`, { bigint: true });
      assert.deepEqual([mtimeNs, atimeNs], [ns, ns + 5n]);
    }
    setOwner(fd, 1_234, 4_294_967_294);
    setMode(fd, 0o6751);
    const { uid, gid, mode } = statSync(`${at.path}/file`);
    assert.deepEqual([uid, gid, mode & 0o7777], [1_234, 4_294_967_294, 0o6751]);
  });
  truncateSync(`${at.path}/file`, 0);
});

function nothing(): void {
  // Only there so that the kernel's SIGIO does not end the test.
}
