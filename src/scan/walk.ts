import { type DirectoryEntry, listDirectory } from "../host/files.ts";
import { closeFd } from "../host/posix.ts";
import { type FileStat, statAt, statFd } from "../host/stat.ts";
import { hasCode, messageOf } from "../lib/errors.ts";
import { joinPath, type RawPath } from "../lib/raw-path.ts";
import { openDirectory } from "./open-directory.ts";

/** One directory as it was read; `fd` is open while the visitor looks. */
export interface ReadDirectory {
  readonly fd: number;
  /** From the root; empty for the root itself. */
  readonly path: RawPath;
  readonly stat: FileStat;
  readonly entries: readonly DirectoryEntry[];
}

export interface Visitor {
  /** False leaves the directory, and all below it, alone. */
  readonly enter: (directory: ReadDirectory) => boolean;
  readonly file: (path: RawPath, stat: FileStat, directory: ReadDirectory) => void;
  /** A directory that is a mount point of something else. */
  readonly otherFileSystem: (path: RawPath) => void;
  readonly unreadable: (path: RawPath, message: string) => void;
}

/**
 * Reads a tree below an open directory: no link is followed, no mount crossed, and a name that vanishes
 * meanwhile is passed over (HAZARDS M22, D6). Directories are read one at a time, in no particular order.
 */
export function walk(root: number, visitor: Visitor): void {
  const mountId = statFd(root).mountId;
  const pending: RawPath[] = ["" as RawPath];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    try {
      visitDirectory({ root, path, mountId, pending }, visitor);
    } catch (error) {
      if (path === "" || !(error instanceof Error) || !("call" in error)) throw error;
      if (!hasCode(error, "ENOENT", "ENOTDIR", "ELOOP")) visitor.unreadable(path, messageOf(error));
    }
  }
}

interface Place {
  readonly root: number;
  readonly path: RawPath;
  readonly mountId: number;
  readonly pending: RawPath[];
}

function visitDirectory(place: Place, visitor: Visitor): void {
  const fd = openDirectory(place.root, place.path);
  try {
    const stat = statFd(fd);
    if (stat.mountId !== place.mountId) {
      visitor.otherFileSystem(place.path);
      return;
    }
    const directory: ReadDirectory = { fd, path: place.path, stat, entries: [...listDirectory(fd)] };
    if (!visitor.enter(directory)) return;
    for (const entry of directory.entries) visitEntry(directory, entry, { place, visitor });
  } finally {
    closeFd(fd);
  }
}

function visitEntry(directory: ReadDirectory, entry: DirectoryEntry, at: { place: Place; visitor: Visitor }): void {
  const path = joinPath(directory.path, entry.name);
  if (entry.kind === "directory") {
    at.place.pending.push(path);
    return;
  }
  try {
    const stat = statAt(directory.fd, entry.name);
    if (stat.kind === "directory") at.place.pending.push(path);
    else if (stat.mountId !== at.place.mountId) at.visitor.otherFileSystem(path);
    else at.visitor.file(path, stat, directory);
  } catch (error) {
    if (!(error instanceof Error && "call" in error)) throw error;
    if (!hasCode(error, "ENOENT")) at.visitor.unreadable(path, messageOf(error));
  }
}
