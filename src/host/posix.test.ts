import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { openPlace, withFlags, withOpen } from "../../test/support/place.ts";
import type { RawPath } from "../lib/raw-path.ts";
import {
  closeFd,
  linkFile,
  makeDirectory,
  open,
  openBeneath,
  removeEmptyDirectory,
  renameNoReplaceAt,
  replaceFileAt,
  unlinkFile,
} from "./posix.ts";

test("openat2: no component may be a link, or lead out of the tree", () => {
  using at = openPlace("posix");
  mkdirSync(`${at.path}/real/deep`, { recursive: true });
  writeFileSync(`${at.path}/real/deep/file`, "content");
  symlinkSync("real", `${at.path}/link`);
  symlinkSync("file", `${at.path}/real/deep/file-link`);
  symlinkSync("/etc", `${at.path}/absolute`);
  const tryOpen =
    (path: string, flags = open.O_RDONLY) =>
    () =>
      closeFd(openBeneath(at.fd, raw(path), flags));
  assert.doesNotThrow(tryOpen("real/deep/file"));
  assert.doesNotThrow(tryOpen("real/../real/deep/file"));
  assert.doesNotThrow(tryOpen(""));
  const codes = {
    "link/deep/file": "ELOOP",
    "real/deep/file-link": "ELOOP",
    "absolute/passwd": "ELOOP",
    "../x": "EXDEV",
    "real/../../x": "EXDEV",
    "/etc/passwd": "EXDEV",
    none: "ENOENT",
    "real/deep/file/x": "ENOTDIR",
  };
  for (const [path, code] of Object.entries(codes)) assert.throws(tryOpen(path), { code, call: "openat2" }, path);
  assert.throws(tryOpen("real", open.O_WRONLY), { code: "EISDIR" });
  assert.throws(tryOpen(`/proc/self/fd/${at.fd}`), { code: "EXDEV" });
});

test("openat2: what is opened is closed when another program is started", () => {
  using at = openPlace("posix");
  withOpen(at, "file", (fd) => {
    const flags = /^flags:\s*0*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1] ?? "0";
    assert.notEqual(Number.parseInt(flags, 8) & open.O_CLOEXEC, 0);
  });
});

test("O_EXCL meets what is there, links too; a new file has the mode that was asked for", () => {
  using at = openPlace("posix");
  symlinkSync("nowhere", `${at.path}/dangling`);
  const create = open.O_WRONLY | open.O_CREAT | open.O_EXCL | open.O_NOFOLLOW;
  withFlags(at, { name: "file", flags: create }, () => {});
  assert.equal(statSync(`${at.path}/file`).mode & 0o7777, 0o600);
  for (const name of ["file", "dangling"]) {
    assert.throws(() => openBeneath(at.fd, raw(name), create, 0o600), { code: "EEXIST" }, name);
  }
});

test("names: NUL is EINVAL, a component over 255 bytes and a path over 4095 ENAMETOOLONG; bytes stay bytes", () => {
  using at = openPlace("posix");
  const create = (name: string) => () => makeDirectory(at.fd, raw(name), 0o700);
  assert.throws(create("a\0b"), { code: "EINVAL" });
  assert.throws(create("x".repeat(256)), { code: "ENAMETOOLONG" });
  assert.throws(create("x/".repeat(2_100)), { code: "ENAMETOOLONG" });
  create("\xff\xfe\n")();
  assert.ok(statSync(Buffer.concat([Buffer.from(`${at.path}/`), Buffer.from([0xff, 0xfe, 0x0a])])).isDirectory());
  assert.throws(create("\xff\xfe\n"), { code: "EEXIST", call: "mkdirat", path: "\xff\xfe\n" });
});

test("two names in one call are two names", () => {
  using at = openPlace("posix");
  writeFileSync(`${at.path}/a`, "a");
  renameNoReplaceAt({ directory: at.fd, name: raw("a") }, { directory: at.fd, name: raw("a-longer-name") });
  linkFile({ directory: at.fd, name: raw("a-longer-name") }, { directory: at.fd, name: raw("b") });
  assert.equal(statSync(`${at.path}/b`).nlink, 2);
});

test("renameat2 and linkat never replace: EEXIST for a file, a directory, a dangling link", () => {
  using at = openPlace("posix");
  for (const name of ["a", "taken"]) writeFileSync(`${at.path}/${name}`, name);
  mkdirSync(`${at.path}/directory`);
  symlinkSync("nowhere", `${at.path}/dangling`);
  const from = { directory: at.fd, name: raw("a") };
  for (const name of ["taken", "directory", "dangling"]) {
    const to = { directory: at.fd, name: raw(name) };
    assert.throws(() => renameNoReplaceAt(from, to), { code: "EEXIST", call: "renameat2" }, name);
    assert.throws(() => linkFile(from, to), { code: "EEXIST", call: "linkat" }, name);
  }
  const gone = { directory: at.fd, name: raw("gone") };
  assert.throws(() => renameNoReplaceAt(gone, from), { code: "ENOENT" });
  assert.equal(readFileSync(`${at.path}/taken`, "utf8"), "taken");
});

test("renameat2 without flags gives a name to another file in one step, and to no directory", () => {
  using at = openPlace("posix");
  for (const name of ["new", "old"]) writeFileSync(`${at.path}/${name}`, name);
  mkdirSync(`${at.path}/directory`);
  const [from, to] = [
    { directory: at.fd, name: raw("new") },
    { directory: at.fd, name: raw("old") },
  ];
  assert.throws(() => replaceFileAt(from, { ...to, name: raw("directory") }), { code: "EISDIR", call: "renameat2" });
  replaceFileAt(from, to);
  assert.equal(readFileSync(`${at.path}/old`, "utf8"), "new");
  assert.throws(() => replaceFileAt(from, to), { code: "ENOENT", path: "old" });
});

test("unlinkat: a directory is EISDIR, one with something in it ENOTEMPTY, a file as directory ENOTDIR", () => {
  using at = openPlace("posix");
  mkdirSync(`${at.path}/full/inner`, { recursive: true });
  writeFileSync(`${at.path}/file`, "");
  assert.throws(() => unlinkFile(at.fd, raw("full")), { code: "EISDIR" });
  assert.throws(() => removeEmptyDirectory(at.fd, raw("full")), { code: "ENOTEMPTY" });
  assert.throws(() => removeEmptyDirectory(at.fd, raw("file")), { code: "ENOTDIR" });
  unlinkFile(at.fd, raw("file"));
  assert.throws(() => unlinkFile(at.fd, raw("file")), { code: "ENOENT", call: "unlinkat", path: "file" });
  removeEmptyDirectory(at.fd, raw("full/inner"));
});

function raw(name: string): RawPath {
  return name as RawPath;
}
