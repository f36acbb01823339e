import { type RawPath, rawPathOfBytes } from "../lib/raw-path.ts";
import { bind, cString, lastErrorName, SystemError } from "./native.ts";
import type { NamePlace } from "./posix.ts";
import { timespecs } from "./timespecs.ts";

const libc = {
  readlinkat: bind("long readlinkat(int, const void*, void*, size_t)"),
  symlinkat: bind("int symlinkat(const void*, int, const void*)"),
  fchownat: bind("int fchownat(int, const void*, unsigned int, unsigned int, int)"),
  utimensat: bind("int utimensat(int, const void*, const void*, int)"),
};

const noFollow = 0x100;
const target = Buffer.alloc(4_097);

/** Where a symbolic link points, as it is written in it. @throws SystemError EINVAL for what is no link, ENOENT, … */
export function readLinkAt({ directory, name }: NamePlace): RawPath {
  const length = checked(libc.readlinkat(directory, cString(name), target, target.length), "readlinkat", name);
  return rawPathOfBytes(target.subarray(0, length));
}

/** Makes a symbolic link; never replaces anything. @throws SystemError EEXIST, … */
export function makeLinkAt({ directory, name }: NamePlace, to: RawPath): void {
  checked(libc.symlinkat(cString(to), directory, cString(name, 1)), "symlinkat", name);
}

/** Gives the link itself an owner. @throws SystemError EPERM, … */
export function setLinkOwner(
  { directory, name }: NamePlace,
  owner: { readonly uid: number; readonly gid: number },
): void {
  checked(libc.fchownat(directory, cString(name), owner.uid, owner.gid, noFollow), "fchownat", name);
}

/** Sets the times of the link itself, in nanoseconds since 1970. */
export function setLinkTimes({ directory, name }: NamePlace, accessedNs: bigint, modifiedNs: bigint): void {
  checked(libc.utimensat(directory, cString(name), timespecs(accessedNs, modifiedNs), noFollow), "utimensat", name);
}

function checked(result: number, call: string, path: RawPath): number {
  if (result === -1) throw new SystemError(lastErrorName(), call, path);
  return result;
}
