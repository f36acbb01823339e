import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { scratch } from "../../test/support/scratch.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { listDirectory } from "./files.ts";
import { closeFd, open, openRoot } from "./posix.ts";
import { type FileStat, nameExists, statAt, statFd } from "./stat.ts";

test("statx tells the same as stat(1), by name and by descriptor", () => {
  using dir = scratch("stat");
  writeFileSync(`${dir.path}/file`, "x".repeat(10_000));
  linkSync(`${dir.path}/file`, `${dir.path}/link`);
  execFileSync("chmod", ["2754", `${dir.path}/file`]);
  execFileSync("touch", ["-m", "-d", "2001-02-03 04:05:06.123456789Z", `${dir.path}/file`]);
  execFileSync("touch", ["-a", "-d", "1969-12-31 23:59:58.5Z", `${dir.path}/file`]);
  using at = opened(dir.path);
  const byName = statAt(at.fd, "file" as RawPath);
  using file = opened(`${dir.path}/file`);
  assert.deepEqual(statFd(file.fd), byName);
  assert.equal(told(byName), execFileSync("stat", ["-c", format, `${dir.path}/file`], { encoding: "utf8" }).trim());
  const { ctimeNs, mtimeNs, atimeNs, birthtimeNs } = statSync(`${dir.path}/file`, { bigint: true });
  assert.deepEqual([byName.changedNs, byName.modifiedNs, byName.accessedNs], [ctimeNs, mtimeNs, atimeNs]);
  assert.equal(byName.bornNs, birthtimeNs);
  assert.deepEqual([byName.immutable, byName.appendOnly], [false, false]);
});

test("device, inode and mount tell files apart, and are the same by every way to one file", () => {
  using dir = scratch("stat");
  for (const name of ["a", "b"]) writeFileSync(`${dir.path}/${name}`, name);
  using at = opened(dir.path);
  const [a, b] = ["a", "b"].map((name) => statAt(at.fd, name as RawPath)) as [FileStat, FileStat];
  assert.equal(a.device, b.device);
  assert.notEqual(a.inode, b.inode);
  assert.equal(a.mountId, statFd(at.fd).mountId);
  using proc = opened("/proc");
  assert.notEqual(statFd(proc.fd).device, a.device);
  assert.notEqual(statFd(proc.fd).mountId, a.mountId);
});

test("kinds: a link is a link, whatever it points to", () => {
  using dir = scratch("stat");
  writeFileSync(`${dir.path}/file`, "");
  mkdirSync(`${dir.path}/directory`);
  symlinkSync("file", `${dir.path}/link`);
  symlinkSync("nowhere", `${dir.path}/dangling`);
  execFileSync("mkfifo", [`${dir.path}/fifo`]);
  using at = opened(dir.path);
  const expected = { file: "file", directory: "directory", link: "link", dangling: "link", fifo: "fifo" };
  for (const [name, kind] of Object.entries(expected)) assert.equal(statAt(at.fd, name as RawPath).kind, kind);
  assert.deepEqual(Object.fromEntries([...listDirectory(at.fd)].map(({ name, kind }) => [name, kind])), expected);
  assert.deepEqual(
    Object.keys(expected).filter((name) => !nameExists(at.fd, name as RawPath)),
    [],
  );
});

test("what is not there is ENOENT, below a file ENOTDIR; asking whether a name exists is no error", () => {
  using dir = scratch("stat");
  writeFileSync(`${dir.path}/file`, "");
  using at = opened(dir.path);
  assert.throws(() => statAt(at.fd, "none" as RawPath), { code: "ENOENT", call: "statx", path: "none" });
  assert.throws(() => statAt(at.fd, "file/x" as RawPath), { code: "ENOTDIR" });
  assert.throws(() => statAt(at.fd, "x".repeat(256) as RawPath), { code: "ENAMETOOLONG" });
  assert.throws(() => statFd(987_654), { code: "EBADF" });
  assert.equal(nameExists(at.fd, "none" as RawPath), false);
  assert.throws(() => nameExists(at.fd, "file/x" as RawPath), { code: "ENOTDIR" });
});

test("sparse files: what is allocated is less than the size", () => {
  using dir = scratch("stat");
  execFileSync("truncate", ["-s", "1G", `${dir.path}/sparse`]);
  using at = opened(dir.path);
  const { sizeBytes, allocatedBytes } = statAt(at.fd, "sparse" as RawPath);
  assert.deepEqual([sizeBytes, allocatedBytes], [2 ** 30, 0]);
});

test("a directory of many names is listed whole, each once, while others are listed in between", () => {
  using dir = scratch("stat");
  const names = Array.from({ length: 1_500 }, (_, index) => `a-name-of-some-length-${index}`);
  for (const name of names) writeFileSync(`${dir.path}/${name}`, "");
  using at = opened(dir.path);
  const seen: string[] = [];
  for (const { name } of listDirectory(at.fd)) {
    seen.push(name);
    if (seen.length % 500 === 0) {
      using inner = opened("/proc/self");
      assert.ok([...listDirectory(inner.fd)].length > 10);
    }
  }
  assert.deepEqual(seen.toSorted(), names.toSorted());
  assert.equal([...listDirectory(at.fd)].length, 1_500, "and again from its start");
});

const format = "%F %h %a %u %g %s %b %B %i";

function told(stat: FileStat): string {
  const kind = stat.kind === "file" ? "regular file" : stat.kind;
  const { links, mode, uid, gid, sizeBytes, allocatedBytes, inode } = stat;
  return `${kind} ${links} ${mode.toString(8)} ${uid} ${gid} ${sizeBytes} ${allocatedBytes / 512} 512 ${inode}`;
}

function opened(path: string): Disposable & { readonly fd: number } {
  const fd = openRoot(path as RawPath, open.O_RDONLY);
  return { fd, [Symbol.dispose]: () => closeFd(fd) };
}
