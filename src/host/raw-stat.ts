import { type FileKind, kindOfMode } from "./file-kind.ts";
import { addressOf, bind, lastErrorName, SystemError } from "./native.ts";

/**
 * statx(2) without an object for each answer, for scans of millions of files: a call leaves its answer here, the
 * functions below read from it, and the next call of this thread replaces it.
 */
const statx = bind("int statx(int, int64_t, int, unsigned int, int64_t)");

const answer = new ArrayBuffer(256);
const words = new Uint32Array(answer);
const signedWords = new Int32Array(answer);
const answerAddress = addressOf(answer);
const longestName = 255;
const name = new ArrayBuffer(longestName + 1);
const nameBytes = Buffer.from(name);
const nameAddress = addressOf(name);

const wanted = 0x7ff | 0x800 | 0x1000; // STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID
const noFollow = 0x100;
const emptyPath = 0x1000;
const typeMask = 0o170000;

export type Stamp = "atime" | "mtime" | "ctime" | "btime";

/** Words of the answer at which each stamp's seconds begin (two words, then nanoseconds). */
const stampWords: Readonly<Record<Stamp, number>> = { atime: 16, btime: 20, ctime: 24, mtime: 28 };

/** Looks at an open file. @throws SystemError */
export function lookAtFd(fd: number): void {
  nameBytes[0] = 0;
  if (statx(fd, nameAddress, emptyPath, wanted, answerAddress) !== 0)
    throw new SystemError(lastErrorName(), "statx", "");
}

/** Looks at a name in an open directory, given as bytes (none: the directory itself); false when there is none. @throws SystemError EACCES, EIO, … */
export function lookAtBytes(directory: number, bytes: Buffer, from: number, to: number): boolean {
  nameBytes[bytes.copy(nameBytes, 0, from, Math.min(to, from + longestName))] = 0;
  return look(directory, nameAddress, from === to ? emptyPath : noFollow);
}

/** The same for a C string at an address. */
export function lookAtAddress(directory: number, address: number): boolean {
  return look(directory, address, noFollow);
}

function look(directory: number, address: number, flags: number): boolean {
  if (statx(directory, address, flags, wanted, answerAddress) === 0) return true;
  const code = lastErrorName();
  if (code === "ENOENT") return false;
  throw new SystemError(code, "statx", "");
}

export function isDirectory(): boolean {
  return ((words[7] ?? 0) & typeMask) === 0o040000;
}

export function isRegular(): boolean {
  return ((words[7] ?? 0) & typeMask) === 0o100000;
}

export function kindOfStat(): FileKind {
  return kindOfMode(words[7] ?? 0);
}

/** Permission bits, set-id and sticky bits included. */
export function modeOfStat(): number {
  return (words[7] ?? 0) & 0o7777;
}

/** It has the immutable or the append-only attribute. */
export function isGuardedStat(): boolean {
  return ((words[2] ?? 0) & 0x30) !== 0;
}

/** The file system keeps birth times. */
export function hasBirthTime(): boolean {
  return ((words[0] ?? 0) & 0x800) !== 0;
}

export function mountIdOfStat(): number {
  return wide(36);
}

export function sizeOfStat(): number {
  return wide(10);
}

export function ownershipOfStat(): { readonly uid: number; readonly gid: number; readonly mode: number } {
  return { uid: words[5] ?? 0, gid: words[6] ?? 0, mode: (words[7] ?? 0) & 0o7777 };
}

export function deviceOfStat(): number {
  return (words[34] ?? 0) * 0x100000 + (words[35] ?? 0);
}

/** Milliseconds since 1970, with their fraction; 0 for a birth time that the file system does not keep. */
export function stampMs(stamp: Stamp): number {
  const at = stampWords[stamp];
  const seconds = (signedWords[at + 1] ?? 0) * 2 ** 32 + (words[at] ?? 0);
  return seconds * 1000 + (words[at + 2] ?? 0) / 1e6;
}

function wide(at: number): number {
  return (words[at] ?? 0) + (words[at + 1] ?? 0) * 2 ** 32;
}

/** Device, inode, mtime and ctime, each bit of them: what a directory is known again by. */
const keyWords = [34, 35, 8, 9, 28, 29, 30, 24, 25, 26];
const identityWords = 4;

export const keyBytes = keyWords.length * 4;

/** The key of what was looked at last. */
export function readKey(): Uint8Array {
  const key = new Uint8Array(keyBytes);
  const view = new DataView(key.buffer);
  for (const [index, word] of keyWords.entries()) view.setUint32(index * 4, words[word] ?? 0, true);
  return key;
}

/** What was looked at last has the key that begins there. */
export function hasKey(keys: DataView, at: number): boolean {
  for (let index = 0; index < keyWords.length; index++) {
    if (words[keyWords[index] ?? 0] !== keys.getUint32(at + index * 4, true)) return false;
  }
  return true;
}

/** What was looked at last is the inode of that key, with an older ctime: its file system was rolled back. */
export function isOlderThanKey(keys: DataView, at: number): boolean {
  for (let index = 0; index < identityWords; index++) {
    if (words[keyWords[index] ?? 0] !== keys.getUint32(at + index * 4, true)) return false;
  }
  return stampMs("ctime") < keyStampMs(keys, at, "ctime");
}

/** A stamp of the key that begins there, in milliseconds since 1970, with their fraction. */
export function keyStampMs(keys: DataView, at: number, stamp: "mtime" | "ctime"): number {
  const from = at + keyWords.indexOf(stampWords[stamp]) * 4;
  const seconds = keys.getInt32(from + 4, true) * 2 ** 32 + keys.getUint32(from, true);
  return seconds * 1000 + keys.getUint32(from + 8, true) / 1e6;
}

const answerBytes = Buffer.from(answer);
const factsFrom = 16;
const factsTo = 144;

/** What statx(2) told of one thing, as it came: from the link count to the device. */
export const statBytes = factsTo - factsFrom;

/** Keeps what was looked at last. */
export function copyStat(into: Buffer, at = 0): void {
  answerBytes.copy(into, at, factsFrom, factsTo);
}

/** Where facts lie in what `copyStat` keeps; each up to where the next begins. */
const facts = {
  links: 0,
  owner: 4,
  inode: 16,
  size: 24,
  allocated: 32,
  mask: 40,
  times: 48,
  changed: 80,
  modified: 96,
};

/** What was looked at last is that very thing, and nothing of it has changed but what its blocks are. */
export function isUnchanged(stat: Buffer): boolean {
  return sameBytes(stat, facts.links, facts.allocated) && sameBytes(stat, facts.times, statBytes);
}

/** The same where only the ctime may differ, and so many links are left. */
export function isUnchangedBut(stat: Buffer, links: number): boolean {
  const isSame = sameBytes(stat, facts.owner, facts.allocated) && sameBytes(stat, facts.times, facts.changed);
  return isSame && sameBytes(stat, facts.modified, statBytes) && words[4] === links;
}

/** The same for a directory that something was removed from, and whose own times were put back. */
export function isSameDirectory(stat: Buffer): boolean {
  const isSame = sameBytes(stat, facts.owner, facts.size) && sameBytes(stat, facts.times, facts.changed);
  return isSame && sameBytes(stat, facts.modified, statBytes);
}

function sameBytes(stat: Buffer, from: number, to: number): boolean {
  return answerBytes.compare(stat, from, to, factsFrom + from, factsFrom + to) === 0;
}
