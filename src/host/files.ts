import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from "node:fs";
import { hasCode } from "../lib/errors.ts";
import { bytesOf, type RawPath } from "../lib/raw-path.ts";
import type { FileKind } from "./file-kind.ts";
import { readDirectory, rewindDirectory } from "./posix.ts";

export interface DirectoryEntry {
  readonly name: RawPath;
  readonly kind: FileKind | "unknown";
}

const entriesBuffer = Buffer.alloc(65_536);
const nameOffset = 19;
const kinds: Readonly<Record<number, FileKind>> = {
  1: "fifo",
  2: "device",
  4: "directory",
  6: "device",
  8: "file",
  10: "link",
  12: "socket",
};

/**
 * The entries of an open directory, a block at a time; names are bytes. Read through this very descriptor, since
 * opening the directory anew would lose its `O_NOATIME` (HAZARDS M26).
 */
export function* listDirectory(fd: number): Generator<DirectoryEntry> {
  rewindDirectory(fd);
  for (let length = readDirectory(fd, entriesBuffer); length > 0; length = readDirectory(fd, entriesBuffer)) {
    yield* entriesIn(length);
  }
}

/** All of a block at once: whoever takes them may list another directory in between. */
function entriesIn(length: number): readonly DirectoryEntry[] {
  const entries: DirectoryEntry[] = [];
  for (let at = 0; at < length; at += entriesBuffer.readUInt16LE(at + 16)) {
    const name = entriesBuffer.toString(
      "latin1",
      at + nameOffset,
      entriesBuffer.indexOf(0, at + nameOffset),
    ) as RawPath;
    if (name === "." || name === "..") continue;
    entries.push({ name, kind: kinds[entriesBuffer.readUInt8(at + 18)] ?? "unknown" });
  }
  return entries;
}

/** The whole of a small text file, such as one below /proc. @throws ENOENT, EACCES, … */
export function readText(path: string): string {
  return readFileSync(path, "utf8");
}

/** The path with every link in it resolved. @throws ENOENT, … */
export function resolvePath(path: RawPath): RawPath {
  return realpathSync.native(bytesOf(path), { encoding: "latin1" as BufferEncoding }) as string as RawPath;
}

export function readLinkText(path: string): string {
  return readlinkSync(path, "latin1");
}

export interface FileSystemUsage {
  readonly sizeBytes: number;
  readonly usedBytes: number;
  /** What a process without privilege may still write. */
  readonly freeBytes: number;
  readonly inodes: number;
  readonly freeInodes: number;
  /** The kernel's magic number for the type, as statfs(2) tells it. */
  readonly type: number;
}

/** Room on the file system that holds `path`; hangs with it, so ask from a child where that matters. */
export function usageOf(path: string): FileSystemUsage {
  const facts = statfsSync(path);
  return {
    sizeBytes: facts.blocks * facts.bsize,
    usedBytes: (facts.blocks - facts.bfree) * facts.bsize,
    freeBytes: facts.bavail * facts.bsize,
    inodes: facts.files,
    freeInodes: facts.ffree,
    type: facts.type,
  };
}

export function makeDirectories(path: string, mode: number): void {
  mkdirSync(path, { recursive: true, mode });
}

/** @throws EEXIST, EACCES, … */
export function createEmptyFile(path: string, mode: number): void {
  closeSync(openSync(path, "wx", mode));
}

/** Writes a new file, durable when this returns; never over another. @throws EEXIST, EACCES, ENOENT, … */
export function createFile(path: string, content: string, mode: number): void {
  const fd = openSync(path, "wx", mode);
  try {
    writeSync(fd, content);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Writes a small file so that readers see the old or the new content, also after a power cut. */
export function replaceFile(path: string, content: string, mode: number): void {
  const staged = `${path}.new`;
  const fd = openSync(staged, "w", mode);
  try {
    writeSync(fd, content);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(staged, path);
}

/** The whole of a small file, each byte one char (`latin1`), for what holds names. @throws ENOENT, EACCES, … */
export function readRawText(path: string): string {
  return readFileSync(path, "latin1");
}

/** Something lies at this path; links are followed. Not for paths on a tier, which may hang. */
export function pathExists(path: string): boolean {
  return existsSync(path);
}

/** A directory lies at this path; links are followed. Not for paths on a tier, which may hang. */
export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Nothing lies at this path, as far as this user may look. @throws EACCES when that is not far enough */
export function isMissing(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) === undefined;
}

/**
 * A directory that is this user's alone, made where it is missing; for locks below a world-writable place.
 * @throws EACCES when somebody else made it or others may write there, ENOENT, EROFS, ENOSPC, …
 */
export function ownDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const facts = lstatSync(path);
  const ours = facts.isDirectory() && facts.uid === process.getuid?.() && (facts.mode & 0o022) === 0;
  if (!ours)
    throw Object.assign(new Error(`EACCES: ${path} is not a directory of this user alone`), { code: "EACCES" });
}

/** Milliseconds since 1970 of the last modification of an open file. */
export function modifiedMs(fd: number): number {
  return fstatSync(fd).mtimeMs;
}

/** The numeric id of the user that this process acts for; 0 is root. */
export function currentUser(): number {
  return process.geteuid?.() ?? 0;
}

/** Writes a line to stdout before it returns; false when nobody reads any more. */
export function writeLine(text: string): boolean {
  try {
    writeSync(1, `${text}\n`);
    return true;
  } catch (error) {
    if (hasCode(error, "EPIPE", "ECONNRESET")) return false;
    throw error;
  }
}

/** Removes a file of our own; nothing there is fine. */
export function removeFile(path: string): void {
  rmSync(path, { force: true });
}
