import { listDirectory } from "../host/files.ts";
import {
  closeFd,
  open,
  openBeneath,
  readFully,
  removeEmptyDirectory,
  syncFile,
  unlinkFile,
  writeFully,
} from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import { hasCode } from "../lib/errors.ts";
import { joinPath, parentOf, type RawPath, rawPath } from "../lib/raw-path.ts";
import { ensureDirectory, privateLook } from "./directories.ts";
import { onTier } from "./failure.ts";
import { stagedName } from "./piece.ts";
import { tierReadme } from "./tier-readme.ts";

const privately = { look: () => privateLook, sync: true };

/** Makes a private directory on a tier, durable by name, and opens it. @throws TierFailure */
export function openTierDirectory(root: number, path: RawPath): number {
  return onTier(() => {
    ensureDirectory(root, path, privately);
    return openBeneath(root, path, open.O_RDONLY | open.O_DIRECTORY | open.O_NOFOLLOW);
  });
}

export interface ManifestFile extends Disposable {
  /** Appends whole lines. @throws TierFailure */
  readonly append: (lines: string) => void;
}

/** Opens a manifest for appending. With `sync` each append is durable by itself, else with the tier's next sync. */
export function openManifest(root: number, path: RawPath, sync: boolean): ManifestFile {
  let fd: number | undefined;
  const opened = () => {
    fd ??= onTier(() => {
      ensureDirectory(root, parentOf(path), privately);
      const file = openBeneath(root, path, open.O_RDWR | open.O_APPEND | open.O_CREAT | open.O_NOFOLLOW, 0o600);
      if (sync) syncName(root, path);
      endTornLine(file);
      return file;
    });
    return fd;
  };
  return {
    append: (lines) => {
      const file = opened();
      onTier(() => {
        writeFully(file, Buffer.from(lines, "utf8"), -1, path);
        if (sync) syncFile(file, path);
      });
    },
    [Symbol.dispose]: () => {
      if (fd !== undefined) closeFd(fd, path);
      fd = undefined;
    },
  };
}

/** Makes a new name durable in its directory. */
function syncName(root: number, path: RawPath): void {
  const parent = openBeneath(root, parentOf(path), open.O_RDONLY | open.O_DIRECTORY);
  try {
    syncFile(parent, path);
  } finally {
    closeFd(parent);
  }
}

/** A run that died while it wrote left half a line; the next one must not be glued to it. */
function endTornLine(file: number): void {
  const { sizeBytes } = statFd(file);
  const last = Buffer.alloc(1);
  if (sizeBytes === 0 || readFully(file, last, sizeBytes - 1) === 0 || last.toString() === "\n") return;
  writeFully(file, Buffer.from("\n"));
}

const readmePath = rawPath(".tierkeep/README.txt");

/** Leaves the page that tells how to get everything back without tierkeep, where it is not there yet. */
export function leaveReadme(root: number): void {
  onTier(() => {
    try {
      const fd = openBeneath(root, readmePath, open.O_WRONLY | open.O_CREAT | open.O_EXCL | open.O_NOFOLLOW, 0o644);
      writeFully(fd, Buffer.from(tierReadme, "utf8"), 0, readmePath);
      syncFile(fd, readmePath);
      closeFd(fd, readmePath);
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
    }
  });
}

const stagingPath = rawPath(".tierkeep/staging");

/** Names in the staging folder that belong to none of these runs: another host's, or a lost catalog's. @throws TierFailure */
export function unknownStaging(root: number, runs: ReadonlySet<string>): readonly string[] {
  return onTier(() => {
    const fd = openIfThere(root, stagingPath);
    if (fd === undefined) return [];
    try {
      return [...listDirectory(fd)].map((entry) => entry.name).filter((name) => !runs.has(name));
    } finally {
      closeFd(fd);
    }
  });
}

function openIfThere(root: number, path: RawPath): number | undefined {
  try {
    return openBeneath(root, path, open.O_RDONLY | open.O_DIRECTORY | open.O_NOFOLLOW);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Removes a directory that the journal names as ours, with all below it. Nothing there is fine. @throws SystemError */
export function removeOwnTree(root: number, path: RawPath): void {
  const fd = openIfThere(root, path);
  if (fd === undefined) return;
  try {
    for (const entry of [...listDirectory(fd)]) {
      if (entry.kind === "directory") removeOwnTree(root, joinPath(path, entry.name));
      else unlinkFile(fd, entry.name);
    }
  } finally {
    closeFd(fd);
  }
  const parent = openBeneath(root, parentOf(path), open.O_RDONLY | open.O_DIRECTORY);
  try {
    removeEmptyDirectory(parent, path.slice(path.lastIndexOf("/") + 1) as RawPath);
  } finally {
    closeFd(parent);
  }
}

/** Removes the copies in a staging folder that nobody knows: an earlier run could not take them back. @throws SystemError */
export function removeStrays(staging: number, isKnown: (seq: number) => boolean): void {
  for (const { name } of [...listDirectory(staging)]) {
    const seq = Number(name);
    if (name === stagedName(seq) && !isKnown(seq)) unlinkFile(staging, name);
  }
}

/** Removes a directory if nothing is left in it. */
export function removeIfEmpty(root: number, path: RawPath): void {
  try {
    const parent = openBeneath(root, parentOf(path), open.O_RDONLY | open.O_DIRECTORY);
    try {
      removeEmptyDirectory(parent, path.slice(path.lastIndexOf("/") + 1) as RawPath);
    } finally {
      closeFd(parent);
    }
  } catch (error) {
    if (!hasCode(error, "ENOTEMPTY", "EEXIST", "ENOENT")) throw error;
  }
}
