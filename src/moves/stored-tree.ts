import { closeFd, open, openBeneath } from "../host/posix.ts";
import { type FileStat, statFd } from "../host/stat.ts";
import { hasCode } from "../lib/errors.ts";
import { joinPath, type RawPath, rawPath } from "../lib/raw-path.ts";
import type { OpenTier } from "../tiers/tier.ts";
import { type DirectoryLook, ensureDirectory, privateLook } from "./directories.ts";

/** The folder of one job of one host on a tier, from the tier's root. */
export function jobFolder(host: string, job: string): RawPath {
  return joinPath(rawPath(host), rawPath(job));
}

export interface StoredTree {
  /**
   * Makes the directory (from the tier's root) that a file of `sourceDirectory` is to lie in. True when this call made
   * it, so that nothing lies in it.
   */
  readonly ensure: (directory: RawPath, sourceDirectory: RawPath) => boolean;
}

/**
 * Directories of stored files: those that mirror the source have its owner and never grant others more than the
 * source's directory and its parents did; those above are private (PROTOCOLS section 1, HAZARDS M33).
 */
export function openStoredTree(
  tier: OpenTier,
  source: { readonly root: number; readonly rootMode: number },
  sync: boolean,
): StoredTree {
  const ensured = new Set<RawPath>();
  return {
    ensure: (directory, sourceDirectory) => {
      if (ensured.has(directory)) return false;
      const prefix = sourceDirectory === "" ? directory : (directory.slice(0, -sourceDirectory.length - 1) as RawPath);
      const look = (path: RawPath) =>
        path.length <= prefix.length ? privateLook : lookOf(source, path.slice(prefix.length + 1) as RawPath);
      const isNew = ensureDirectory(tier.root, directory, { look, sync });
      ensured.add(directory);
      return isNew;
    },
  };
}

/** What a directory that mirrors one of the source is like. */
export function lookOf(source: { readonly root: number; readonly rootMode: number }, path: RawPath): DirectoryLook {
  let granted = source.rootMode;
  let look = privateLook;
  for (let slash = path.indexOf("/"); ; slash = path.indexOf("/", slash + 1)) {
    const stat = statDirectory(source.root, (slash === -1 ? path : path.slice(0, slash)) as RawPath);
    if (stat === undefined) return privateLook;
    granted &= stat.mode;
    look = { mode: 0o700 | (granted & 0o077), uid: stat.uid, gid: stat.gid };
    if (slash === -1) return look;
  }
}

/** A directory that went away meanwhile has nothing to tell. */
function statDirectory(root: number, path: RawPath): FileStat | undefined {
  try {
    const fd = openBeneath(root, path, open.O_PATH | open.O_DIRECTORY);
    const stat = statFd(fd);
    closeFd(fd);
    return stat;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP", "EACCES")) return undefined;
    throw error;
  }
}
