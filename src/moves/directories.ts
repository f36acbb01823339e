import { closeFd, makeDirectory, open, openBeneath, setMode, setOwner, syncFile } from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import { hasCode } from "../lib/errors.ts";
import { baseName, parentOf, type RawPath } from "../lib/raw-path.ts";

/** Open directories below one root, by path; the least recently used is closed beyond a limit. */
export interface DirectoryCache extends Disposable {
  /** @throws SystemError ENOENT when there is none */
  readonly open: (path: RawPath) => number;
}

const mostOpen = 64;

export function cacheDirectories(root: number): DirectoryCache {
  const opened = new Map<RawPath, number>();
  return {
    open: (path) => {
      const known = opened.get(path);
      if (known !== undefined) return known;
      const fd = openBeneath(root, path, open.O_RDONLY | open.O_DIRECTORY | open.O_NOFOLLOW);
      opened.set(path, fd);
      if (opened.size > mostOpen) closeOldest(opened);
      return fd;
    },
    [Symbol.dispose]: () => {
      for (const fd of opened.values()) closeFd(fd);
      opened.clear();
    },
  };
}

function closeOldest(opened: Map<RawPath, number>): void {
  const oldest = opened.entries().next().value;
  if (oldest === undefined) return;
  opened.delete(oldest[0]);
  closeFd(oldest[1]);
}

/** Who may enter a directory that is made on a tier, and whose it is. */
export interface DirectoryLook {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export const privateLook: DirectoryLook = { mode: 0o700, uid: 0, gid: 0 };

/**
 * Makes a directory and its parents below a root where they are missing; `look` tells what each is like.
 * With `sync` each new name is durable in its parent before the call returns. True when this call made it.
 */
export function ensureDirectory(
  root: number,
  path: RawPath,
  how: { look: (path: RawPath) => DirectoryLook; sync: boolean },
): boolean {
  if (path === "" || isDirectory(root, path)) return false;
  const parent = parentOf(path);
  ensureDirectory(root, parent, how);
  const parentFd = openBeneath(root, parent, open.O_RDONLY | open.O_DIRECTORY);
  try {
    const isNew = makeOne(parentFd, baseName(path), how.look(path));
    if (how.sync) syncFile(parentFd, path);
    return isNew;
  } finally {
    closeFd(parentFd);
  }
}

function isDirectory(root: number, path: RawPath): boolean {
  try {
    closeFd(openBeneath(root, path, open.O_PATH | open.O_DIRECTORY | open.O_NOFOLLOW));
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

function makeOne(parent: number, name: RawPath, look: DirectoryLook): boolean {
  try {
    makeDirectory(parent, name, 0o700);
  } catch (error) {
    // Another job, or another thread of this one, was faster.
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
  const fd = openBeneath(parent, name, open.O_RDONLY | open.O_DIRECTORY | open.O_NOFOLLOW);
  try {
    giveLook(fd, look);
    return true;
  } finally {
    closeFd(fd);
  }
}

function giveLook(fd: number, look: DirectoryLook): void {
  const current = statFd(fd);
  try {
    if (current.uid !== look.uid || current.gid !== look.gid) setOwner(fd, look.uid, look.gid);
    if (current.mode !== look.mode) setMode(fd, look.mode);
  } catch (error) {
    // A tier without owners keeps the directory private to us: never wider than its source (HAZARDS M33).
    if (!hasCode(error, "EPERM", "EOPNOTSUPP", "EINVAL")) throw error;
  }
}
