import { constants } from "node:fs";
import type { RawPath } from "../lib/raw-path.ts";
import { bind, cString, lastErrorName, SystemError } from "./native.ts";
import { timespecs } from "./timespecs.ts";

/** Flags for opening, from <fcntl.h>; `O_PATH`, `O_NOATIME` and `O_TMPFILE` included. */
export const open = { ...constants, O_PATH: 0o10000000, O_CLOEXEC: 0o2000000, O_TMPFILE: 0o20200000 } as const;

/** The current directory as a descriptor, for absolute paths. */
const atCwd = -100;

const openat2Number = 437;
const resolveBeneath = 0x08 | 0x04 | 0x02; // RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS
const openHow = Buffer.alloc(24); // struct open_how: flags, mode, resolve
const openHowWords = new Uint32Array(openHow.buffer);
openHowWords[4] = resolveBeneath;
const renameNoReplace = 1;
const removeDirectory = 0x200;
const atEmptyPath = 0x1000;
const emptyPath = Buffer.alloc(1);

const libc = {
  syscallOpenat2: bind("long syscall(long, int, const void*, void*, size_t)"),
  openat: bind("int openat(int, const void*, int, unsigned int)"),
  close: bind("int close(int)"),
  read: bind("long read(int, void*, size_t)"),
  pread: bind("long pread(int, void*, size_t, int64_t)"),
  write: bind("long write(int, const void*, size_t)"),
  pwrite: bind("long pwrite(int, const void*, size_t, int64_t)"),
  mkdirat: bind("int mkdirat(int, const void*, unsigned int)"),
  unlinkat: bind("int unlinkat(int, const void*, int)"),
  linkat: bind("int linkat(int, const void*, int, const void*, int)"),
  renameat2: bind("int renameat2(int, const void*, int, const void*, unsigned int)"),
  syncfs: bind("int syncfs(int)"),
  fsync: bind("int fsync(int)"),
  ftruncate: bind("int ftruncate(int, int64_t)"),
  fallocate: bind("int fallocate(int, int, int64_t, int64_t)"),
  lseek: bind("int64_t lseek(int, int64_t, int)"),
  fadvise: bind("int posix_fadvise(int, int64_t, int64_t, int)"),
  syncFileRange: bind("int sync_file_range(int, int64_t, int64_t, unsigned int)"),
  fcntl: bind("int fcntl(int, int, int)"),
  flock: bind("int flock(int, int)"),
  fchownat: bind("int fchownat(int, const void*, unsigned int, unsigned int, int)"),
  fchmod: bind("int fchmod(int, unsigned int)"),
  futimens: bind("int futimens(int, const void*)"),
  getdents64: bind("long getdents64(int, void*, size_t)"),
};

/**
 * Opens a path below `directory`; no component may be a link or leave the tree (HAZARDS M24, D1).
 * @throws SystemError ELOOP for a link, EXDEV for an escape, ENOENT, …
 */
export function openBeneath(directory: number, path: RawPath, flags: number, mode = 0): number {
  openHowWords[0] = flags | open.O_CLOEXEC;
  openHowWords[2] = mode;
  const cPath = path === "" ? dot : cString(path);
  return checked(libc.syscallOpenat2(openat2Number, directory, cPath, openHow, openHow.length), "openat2", path);
}

const dot = Buffer.from(".\0");

/** Opens a root that an operator named; links in it are followed. */
export function openRoot(path: RawPath, flags: number): number {
  return checked(libc.openat(atCwd, cString(path), flags | open.O_CLOEXEC, 0), "open", path);
}

/** Closes a descriptor; a write-back error that only `close` tells is thrown (HAZARDS M11). */
export function closeFd(fd: number, path: RawPath = noPath): void {
  checked(libc.close(fd), "close", path);
}

const noPath = "" as RawPath;

/** Reads at the descriptor's position, or at `position`; 0 at the end. */
export function readInto(fd: number, buffer: Uint8Array, position = -1, path: RawPath = noPath): number {
  return position < 0
    ? checked(libc.read(fd, buffer, buffer.byteLength), "read", path)
    : checked(libc.pread(fd, buffer, buffer.byteLength, position), "pread64", path);
}

/** Fills the buffer from `position` on and returns how much was there: less than asked only at the end. */
export function readFully(fd: number, buffer: Uint8Array, position: number, path: RawPath = noPath): number {
  let done = 0;
  while (done < buffer.byteLength) {
    const count = readInto(fd, buffer.subarray(done), position + done, path);
    if (count === 0) break;
    done += count;
  }
  return done;
}

/** Writes all of the buffer, at the descriptor's position or at `position`. */
export function writeFully(fd: number, buffer: Uint8Array, position = -1, path: RawPath = noPath): void {
  let done = 0;
  while (done < buffer.byteLength) {
    const rest = done === 0 ? buffer : buffer.subarray(done);
    done +=
      position < 0
        ? checked(libc.write(fd, rest, rest.byteLength), "write", path)
        : checked(libc.pwrite(fd, rest, rest.byteLength, position + done), "pwrite64", path);
  }
}

export function makeDirectory(directory: number, name: RawPath, mode: number): void {
  checked(libc.mkdirat(directory, cString(name), mode), "mkdirat", name);
}

export function unlinkFile(directory: number, name: RawPath): void {
  checked(libc.unlinkat(directory, cString(name), 0), "unlinkat", name);
}

/** Removes an empty directory. @throws SystemError ENOTEMPTY */
export function removeEmptyDirectory(directory: number, name: RawPath): void {
  checked(libc.unlinkat(directory, cString(name), removeDirectory), "unlinkat", name);
}

export interface NamePlace {
  readonly directory: number;
  readonly name: RawPath;
}

/** A second name for a file. @throws SystemError EEXIST, EMLINK, EPERM where the file system has no links */
export function linkFile(from: NamePlace, to: NamePlace): void {
  const result = libc.linkat(from.directory, cString(from.name), to.directory, cString(to.name, 1), 0);
  checked(result, "linkat", to.name);
}

const atSymlinkFollow = 0x400;

/** The first name for a file that was opened with `O_TMPFILE`; never replaces one. @throws SystemError EEXIST */
export function linkUnnamedFile(fd: number, to: NamePlace): void {
  const self = cString(`/proc/self/fd/${fd}` as RawPath);
  checked(libc.linkat(atCwd, self, to.directory, cString(to.name, 1), atSymlinkFollow), "linkat", to.name);
}

/**
 * Renames and never replaces.
 * @throws SystemError EEXIST; EINVAL where the file system cannot promise it (NFS, many FUSE)
 */
export function renameNoReplaceAt(from: NamePlace, to: NamePlace): void {
  renameAt(from, to, renameNoReplace);
}

/**
 * Renames over what has the name: for a file of our own that is written anew; or for a directory, which the kernel puts
 * over nothing but an empty one (DESIGN invariant 2).
 */
export function replaceFileAt(from: NamePlace, to: NamePlace): void {
  renameAt(from, to, 0);
}

function renameAt(from: NamePlace, to: NamePlace, flags: number): void {
  const result = libc.renameat2(from.directory, cString(from.name), to.directory, cString(to.name, 1), flags);
  checked(result, "renameat2", to.name);
}

/** Writes back all of the file system that `fd` lies on; an earlier write-back error is told once per descriptor. */
export function syncFileSystem(fd: number, path: RawPath = noPath): void {
  checked(libc.syncfs(fd), "syncfs", path);
}

export function syncFile(fd: number, path: RawPath = noPath): void {
  checked(libc.fsync(fd), "fsync", path);
}

export function truncateFile(fd: number, sizeBytes: number): void {
  checked(libc.ftruncate(fd, sizeBytes), "ftruncate", noPath);
}

/** Reserves room beyond the end without changing the size. @throws SystemError ENOSPC, EOPNOTSUPP */
export function reserveRoom(fd: number, sizeBytes: number, path: RawPath = noPath): void {
  checked(libc.fallocate(fd, 1, 0, sizeBytes), "fallocate", path);
}

/** The start of the next data at or after `offset`, or `undefined` when only a hole is left. */
export function seekData(fd: number, offset: number): number | undefined {
  const result = libc.lseek(fd, offset, 3);
  return result === -1 && lastErrorName() === "ENXIO" ? undefined : checked(result, "lseek", noPath);
}

/** The start of the next hole at or after `offset`; the end of the file counts as one. */
export function seekHole(fd: number, offset: number): number {
  return checked(libc.lseek(fd, offset, 4), "lseek", noPath);
}

/** Fills the buffer with the next `struct linux_dirent64` of an open directory; 0 at its end. */
export function readDirectory(fd: number, buffer: Uint8Array): number {
  return checked(libc.getdents64(fd, buffer, buffer.byteLength), "getdents64", noPath);
}

/** Starts an open directory over. */
export function rewindDirectory(fd: number): void {
  checked(libc.lseek(fd, 0, 0), "lseek", noPath);
}

const writeAndWait = 1 | 2 | 4; // SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER

/** Hands a range of a file to the device and waits until it has it; nothing is durable by that. @throws SystemError EIO, ENOSPC */
export function writeBack(fd: number, position: number, length: number): void {
  checked(libc.syncFileRange(fd, position, length, writeAndWait), "sync_file_range", noPath);
}

/** Drops the clean cached pages of a file, so that the next read asks the device. */
export function dropCache(fd: number): void {
  const result = libc.fadvise(fd, 0, 0, 4);
  if (result !== 0) throw new SystemError(`E${result}`, "posix_fadvise", "");
}

const leases = { read: 0, write: 1, none: 2 } as const;

/**
 * Takes or gives back (`none`) a lease. @throws SystemError EAGAIN while somebody has the file open for writing; with
 * `write` while anybody else has it open at all
 */
export function setLease(fd: number, lease: keyof typeof leases): void {
  checked(libc.fcntl(fd, 1024, leases[lease]), "fcntl", noPath);
}

/** An exclusive lock on the open file, without waiting; false while another has it. */
export function tryLock(fd: number): boolean {
  const result = libc.flock(fd, 2 | 4);
  if (result === -1 && lastErrorName() === "EAGAIN") return false;
  checked(result, "flock", noPath);
  return true;
}

export function setOwner(fd: number, uid: number, gid: number): void {
  checked(libc.fchownat(fd, emptyPath, uid, gid, atEmptyPath), "fchownat", noPath);
}

export function setMode(fd: number, mode: number): void {
  checked(libc.fchmod(fd, mode), "fchmod", noPath);
}

/** Sets access and modification time, in nanoseconds since 1970. */
export function setTimes(fd: number, accessedNs: bigint, modifiedNs: bigint): void {
  checked(libc.futimens(fd, timespecs(accessedNs, modifiedNs)), "utimensat", noPath);
}

function checked(result: number, call: string, path: RawPath): number {
  if (result === -1) throw new SystemError(lastErrorName(), call, path);
  return result;
}
