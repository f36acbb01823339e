import { asideName, type Quarantined, quarantineFolder, quarantineOf } from "../catalog/quarantine.ts";
import { eachEntry } from "../host/each-entry.ts";
import { currentUser } from "../host/files.ts";
import {
  closeFd,
  linkFile,
  makeDirectory,
  type NamePlace,
  open,
  openBeneath,
  removeEmptyDirectory,
  renameNoReplaceAt,
  replaceFileAt,
  rewindDirectory,
  unlinkFile,
} from "../host/posix.ts";
import { type FileStat, statAt, statFd } from "../host/stat.ts";
import { hasCode } from "../lib/errors.ts";
import { baseName, type RawPath } from "../lib/raw-path.ts";
import type { ScratchRoot } from "./open-directory.ts";

/** Where one run puts what it sets aside: on the same file system, and only its owner may look into it. */
export interface OpenQuarantine extends Disposable {
  readonly take: (from: NamePlace, item: Quarantined) => void;
  /** An empty directory, which is open; false when it stays where it is: something is in it, or it cannot be renamed. */
  readonly takeDirectory: (from: NamePlace, item: Quarantined, fd: number) => boolean;
}

/** @throws SystemError; EEXIST when something that is not ours has the name */
export function openQuarantine(root: ScratchRoot, run: string): OpenQuarantine {
  const folder = makeOwn(root, root.fd, quarantineFolder);
  try {
    const fd = makeOwn(root, folder, baseName(quarantineOf(run)));
    return {
      take: (from, item) => moveFile(from, { directory: fd, name: asideName(item) }),
      takeDirectory: (from, item, own) => moveEmpty(from, { directory: fd, name: asideName(item) }, own),
      [Symbol.dispose]: () => closeFd(fd),
    };
  } finally {
    closeFd(folder);
  }
}

/** Something at the quarantine's name is not as tierkeep makes it, so that others could look into it or swap what it holds. */
export function isQuarantineTaken(root: ScratchRoot): boolean {
  try {
    return !isOwn(root, statAt(root.fd, quarantineFolder));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

function makeOwn(root: ScratchRoot, parent: number, name: RawPath): number {
  try {
    makeDirectory(parent, name, 0o700);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
  const fd = openBeneath(parent, name, open.O_RDONLY | open.O_DIRECTORY | open.O_NOFOLLOW);
  if (isOwn(root, statFd(fd))) return fd;
  closeFd(fd);
  throw new Error(`${name} was made by somebody else after the plan`);
}

function isOwn(root: ScratchRoot, stat: FileStat): boolean {
  const isPrivate = stat.uid === currentUser() && (stat.mode & 0o077) === 0;
  return stat.kind === "directory" && isPrivate && stat.mountId === root.mountId && stat.device === root.device;
}

/** Never replaces anything: where renaming cannot promise that, a second link does. */
function moveFile(from: NamePlace, to: NamePlace): void {
  try {
    renameNoReplaceAt(from, to);
  } catch (error) {
    if (!hasCode(error, "EINVAL", "ENOSYS")) throw error;
    linkFile(from, to);
    unlinkFile(from.directory, from.name);
  }
}

/** The same, where a directory of our own holds the name: the kernel puts a directory over nothing but an empty one. */
function moveDirectory(from: NamePlace, to: NamePlace): void {
  try {
    renameNoReplaceAt(from, to);
  } catch (error) {
    if (!hasCode(error, "EINVAL", "ENOSYS")) throw error;
    makeDirectory(to.directory, to.name, 0o700);
    replaceFileAt(from, to);
  }
}

function moveEmpty(from: NamePlace, to: NamePlace, own: number): boolean {
  if (!isEmpty(own)) return false;
  try {
    moveDirectory(from, to);
    if (isEmpty(own)) return true;
    // Somebody put something into it in that moment.
    moveDirectory(to, from);
    return false;
  } catch (error) {
    // Back where it was, somebody has already made another one.
    if (hasCode(error, "EEXIST")) return true;
    // An overlay renames none of its lower layer; of somebody else's, only root may.
    if (hasCode(error, "EXDEV", "EACCES", "EPERM")) return false;
    throw error;
  }
}

function isEmpty(fd: number): boolean {
  let entries = 0;
  rewindDirectory(fd);
  eachEntry(fd, () => {
    entries += 1;
  });
  return entries === 0;
}

/**
 * What was set aside as it lies there, and with `remove` unlinked; `undefined` when it is not there any more or is
 * not that very thing. @throws SystemError ENOTEMPTY for a directory that somebody put something into
 */
export function visitAside(root: ScratchRoot, item: Quarantined, remove: boolean): FileStat | undefined {
  const fd = openFolder(root, item.run);
  if (fd === undefined) return undefined;
  try {
    const stat = statAt(fd, asideName(item));
    if (!isSameThing(stat, item)) return undefined;
    if (remove && item.isDirectory) removeEmptyDirectory(fd, asideName(item));
    else if (remove) unlinkFile(fd, asideName(item));
    return stat;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  } finally {
    closeFd(fd);
  }
}

/** Gives back what was set aside, at a free name on the same file system. @throws SystemError EEXIST, EXDEV, ENOENT when it is not there */
export function bringBack(root: ScratchRoot, item: Quarantined, to: NamePlace): void {
  const fd = openBeneath(root.fd, quarantineOf(item.run), open.O_RDONLY | open.O_DIRECTORY | open.O_NOFOLLOW);
  try {
    const move = item.isDirectory ? moveDirectory : moveFile;
    move({ directory: fd, name: asideName(item) }, to);
  } finally {
    closeFd(fd);
  }
  removeEmptyQuarantine(root, [item.run]);
}

/** Takes away the folders of runs that nothing of lies aside any more. */
export function removeEmptyQuarantine(root: ScratchRoot, runs: Iterable<string>): void {
  for (const run of runs) removeIfEmpty(root.fd, quarantineFolder, baseName(quarantineOf(run)));
  removeIfEmpty(root.fd, "" as RawPath, quarantineFolder);
}

function removeIfEmpty(root: number, folder: RawPath, name: RawPath): void {
  try {
    const fd = openBeneath(root, folder, open.O_RDONLY | open.O_DIRECTORY | open.O_NOFOLLOW);
    try {
      removeEmptyDirectory(fd, name);
    } finally {
      closeFd(fd);
    }
  } catch (error) {
    if (!hasCode(error, "ENOENT", "ENOTEMPTY", "EEXIST", "ELOOP", "ENOTDIR")) throw error;
  }
}

/** Where a run put what it set aside is there. */
export function hasFolder(root: ScratchRoot, run: string): boolean {
  const fd = openFolder(root, run);
  if (fd !== undefined) closeFd(fd);
  return fd !== undefined;
}

function openFolder(root: ScratchRoot, run: string): number | undefined {
  try {
    return openBeneath(root.fd, quarantineOf(run), open.O_RDONLY | open.O_DIRECTORY | open.O_NOFOLLOW);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ELOOP", "ENOTDIR")) return undefined;
    throw error;
  }
}

/** Device numbers may change from boot to boot; the inode, size and content's time do not. */
function isSameThing(stat: FileStat, item: Quarantined): boolean {
  if (item.isDirectory) return stat.kind === "directory" && stat.inode === item.inode;
  return stat.inode === item.inode && stat.sizeBytes === item.sizeBytes && stat.modifiedNs === item.modifiedNs;
}
