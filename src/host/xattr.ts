import { bind, lastErrorName, SystemError } from "./native.ts";

const flistxattr = bind("long flistxattr(int, void*, size_t)");
const fgetxattr = bind("long fgetxattr(int, const void*, void*, size_t)");
const fsetxattr = bind("int fsetxattr(int, const void*, const void*, size_t, int)");
const fremovexattr = bind("int fremovexattr(int, const void*)");

const buffer = Buffer.alloc(65_536); // XATTR_SIZE_MAX and XATTR_LIST_MAX

/** Extended attributes by name, each char of a name one byte; ACLs (`system.posix_acl_*`) and capabilities (`security.capability`) are among them. */
export type Xattrs = Readonly<Record<string, Buffer>>;

/** All extended attributes of an open file; none where the file system has no such thing. @throws SystemError */
export function readXattrs(fd: number): Xattrs {
  const length = flistxattr(fd, buffer, buffer.length);
  if (length === 0) return {};
  if (length === -1) {
    const code = lastErrorName();
    if (code === "EOPNOTSUPP") return {};
    throw new SystemError(code, "flistxattr", "");
  }
  const names = buffer.toString("latin1", 0, length).split("\0").slice(0, -1);
  return Object.fromEntries(names.map((name) => [name, readXattr(fd, name)]));
}

function readXattr(fd: number, name: string): Buffer {
  const length = fgetxattr(fd, Buffer.from(`${name}\0`, "latin1"), buffer, buffer.length);
  if (length === -1) throw new SystemError(lastErrorName(), "fgetxattr", name);
  return Buffer.from(buffer.subarray(0, length));
}

/** Sets one attribute. @throws SystemError EOPNOTSUPP, EPERM, ENOSPC, … */
export function setXattr(fd: number, name: string, value: Uint8Array): void {
  const result = fsetxattr(fd, Buffer.from(`${name}\0`, "latin1"), value, value.byteLength, 0);
  if (result !== 0) throw new SystemError(lastErrorName(), "fsetxattr", name);
}

/** Takes one attribute away. @throws SystemError ENODATA, EOPNOTSUPP, EPERM, … */
export function removeXattr(fd: number, name: string): void {
  const result = fremovexattr(fd, Buffer.from(`${name}\0`, "latin1"));
  if (result !== 0) throw new SystemError(lastErrorName(), "fremovexattr", name);
}
