import { closeSync, fsyncSync, mkdirSync, opendirSync, openSync, readFileSync, readlinkSync, realpathSync, renameSync, statfsSync, writeSync } from "node:fs";
import type { FileKind } from "./stat.ts";
import { bytesOf, type RawPath } from "../lib/raw-path.ts";

export interface DirectoryEntry {
  readonly name: RawPath;
  readonly kind: FileKind | "unknown";
}

/** The entries of an open directory, a block at a time; names are bytes. */
export function* listDirectory(fd: number): Generator<DirectoryEntry> {
  using directory = opendirSync(`/proc/self/fd/${fd}`, { encoding: "latin1" as BufferEncoding, bufferSize: 512 });
  for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
    yield { name: entry.name as RawPath, kind: kindOf(entry) };
  }
}

interface TypedEntry {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
  isBlockDevice(): boolean;
  isCharacterDevice(): boolean;
}

function kindOf(entry: TypedEntry): FileKind | "unknown" {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "directory";
  if (entry.isSymbolicLink()) return "link";
  return entry.isFIFO() || entry.isSocket() || entry.isBlockDevice() || entry.isCharacterDevice() ? "other" : "unknown";
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
    freeBytes: facts.bavail * facts.bsize,
    inodes: facts.files,
    freeInodes: facts.ffree,
    type: facts.type,
  };
}

export function makeDirectories(path: string, mode: number): void {
  mkdirSync(path, { recursive: true, mode });
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
