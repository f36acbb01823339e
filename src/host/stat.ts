import type { RawPath } from "../lib/raw-path.ts";
import { type FileKind, kindOfMode } from "./file-kind.ts";
import { bind, cString, lastErrorName, SystemError } from "./native.ts";

/** What statx(2) tells of a file; times in nanoseconds since 1970. */
export interface FileStat {
  readonly kind: FileKind;
  readonly device: number;
  readonly inode: bigint;
  readonly links: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly allocatedBytes: number;
  readonly modifiedNs: bigint;
  readonly changedNs: bigint;
  readonly accessedNs: bigint;
  /** Absent where the file system does not keep it. */
  readonly bornNs: bigint | undefined;
  readonly mountId: number;
  readonly immutable: boolean;
  readonly appendOnly: boolean;
}

const wanted = 0x7ff | 0x800 | 0x1000; // STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID
const bornMask = 0x800;
const noFollow = 0x100;
const emptyPath = 0x1000;
const attributeImmutable = 0x10;
const attributeAppend = 0x20;

const statx = bind("int statx(int, const void*, int, unsigned int, void*)");
const buffer = Buffer.alloc(256);
// Typed arrays are read in place; `Buffer` puts each 64-bit number together from halves.
const words = new Uint32Array(buffer.buffer);
const longs = new BigInt64Array(buffer.buffer);
const empty = Buffer.alloc(1);

/** The facts of a name in an open directory; a link is not followed. @throws SystemError ENOENT, … */
export function statAt(directory: number, name: RawPath): FileStat {
  if (statx(directory, cString(name), noFollow, wanted, buffer) !== 0) {
    throw new SystemError(lastErrorName(), "statx", name);
  }
  return decode();
}

/** Something has this name in an open directory. @throws SystemError for anything but ENOENT */
export function nameExists(directory: number, name: RawPath): boolean {
  if (statx(directory, cString(name), noFollow, 0, buffer) === 0) return true;
  const code = lastErrorName();
  if (code === "ENOENT") return false;
  throw new SystemError(code, "statx", name);
}

/** The facts of an open file. */
export function statFd(fd: number): FileStat {
  if (statx(fd, empty, emptyPath, wanted, buffer) !== 0) throw new SystemError(lastErrorName(), "statx", "");
  return decode();
}

function decode(): FileStat {
  const mode = word(28) & 0xffff;
  const attributes = word(8);
  return {
    kind: kindOfMode(mode),
    device: word(136) * 0x100000 + word(140),
    inode: BigInt.asUintN(64, long(32)),
    links: word(16),
    mode: mode & 0o7777,
    uid: word(20),
    gid: word(24),
    sizeBytes: wide(40),
    allocatedBytes: wide(48) * 512,
    accessedNs: timestamp(64),
    bornNs: word(0) & bornMask ? timestamp(80) : undefined,
    changedNs: timestamp(96),
    modifiedNs: timestamp(112),
    mountId: wide(144),
    immutable: (attributes & attributeImmutable) !== 0,
    appendOnly: (attributes & attributeAppend) !== 0,
  };
}

function timestamp(at: number): bigint {
  return long(at) * 1_000_000_000n + BigInt(word(at + 8));
}

function word(at: number): number {
  return words[at / 4] ?? 0;
}

function long(at: number): bigint {
  return longs[at / 8] ?? 0n;
}

/** An unsigned number of 64 bits, exact up to 2^53. */
function wide(at: number): number {
  return word(at) + word(at + 4) * 2 ** 32;
}
