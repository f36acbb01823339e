import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { scratch } from "../../test/support/scratch.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { closeFd, open, openRoot } from "./posix.ts";
import { readXattrs, setXattr } from "./xattr.ts";

test("attributes are bytes, names too, and getfattr sees the same", () => {
  using file = scratchFile();
  assert.deepEqual(readXattrs(file.fd), {});
  const value = Buffer.from([0, 1, 0xff, 0x0a]);
  setXattr(file.fd, "user.binary", value);
  setXattr(file.fd, "user.empty", Buffer.alloc(0));
  setXattr(file.fd, "user.\xff\n", Buffer.from("odd"));
  assert.deepEqual(readXattrs(file.fd), {
    "user.binary": value,
    "user.empty": Buffer.alloc(0),
    "user.\xff\n": Buffer.from("odd"),
  });
  const told = execFileSync("getfattr", ["--absolute-names", "-e", "hex", "-n", "user.binary", file.path]);
  assert.match(told.toString(), /user\.binary=0x0001ff0a/);
});

test("setting one again replaces it; ACLs are attributes", () => {
  using file = scratchFile();
  setXattr(file.fd, "user.note", Buffer.from("first and long"));
  setXattr(file.fd, "user.note", Buffer.from("second"));
  assert.equal(readXattrs(file.fd)["user.note"]?.toString(), "second");
  execFileSync("setfacl", ["-m", "u:1234:r", file.path]);
  const acl = readXattrs(file.fd)["system.posix_acl_access"];
  assert.ok(acl !== undefined && acl.length > 4);
  using other = scratchFile();
  setXattr(other.fd, "system.posix_acl_access", acl);
  assert.match(execFileSync("getfacl", ["-n", "-p", other.path], { encoding: "utf8" }), /^user:1234:r--/m);
});

test("what cannot be set says why: no class EOPNOTSUPP, an odd value EINVAL, too long E2BIG or ERANGE", () => {
  using file = scratchFile();
  assert.throws(() => setXattr(file.fd, "noclass", Buffer.from("x")), { code: "EOPNOTSUPP", call: "fsetxattr" });
  assert.throws(() => setXattr(file.fd, "system.posix_acl_access", Buffer.from("xxxxxxxx")), {
    code: /^(EINVAL|EOPNOTSUPP)$/,
  });
  assert.throws(() => setXattr(file.fd, "user.x", Buffer.alloc(70_000)), { code: "E2BIG" });
  assert.throws(() => setXattr(file.fd, `user.${"x".repeat(300)}`, Buffer.from("x")), { code: "ERANGE" });
  assert.throws(() => readXattrs(987_654), { code: "EBADF", call: "flistxattr" });
});

test("a file system without attributes has none", () => {
  const fd = openRoot("/proc/version" as RawPath, open.O_RDONLY);
  assert.deepEqual(readXattrs(fd), {});
  closeFd(fd);
});

/** In memory where there is such a place: not every temporary directory takes user attributes. */
function scratchFile(): Disposable & { readonly fd: number; readonly path: string } {
  const directory = scratch("xattr", existsSync("/dev/shm") ? "/dev/shm" : undefined);
  const path = `${directory.path}/file`;
  writeFileSync(path, "");
  const fd = openRoot(path as RawPath, open.O_RDWR);
  return {
    fd,
    path,
    [Symbol.dispose]: () => {
      closeFd(fd);
      directory[Symbol.dispose]();
    },
  };
}
