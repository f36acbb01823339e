import type { Placement } from "../catalog/placements.ts";
import { makeDirectories, resolvePath } from "../host/files.ts";
import { closeFd, open, openBeneath, openRoot } from "../host/posix.ts";
import { type FileStat, nameExists, statFd } from "../host/stat.ts";
import { hasCode } from "../lib/errors.ts";
import { baseName, joinPath, parentOf, type RawPath, rawPath } from "../lib/raw-path.ts";
import { type DirectoryLook, ensureDirectory, privateLook } from "../moves/directories.ts";

export interface TargetOptions {
  /** The whole original path is made anew below this directory. */
  readonly to: string | undefined;
  /** A name that is taken gets the version's time beside it. */
  readonly keepBoth: boolean;
}

/** Where a version is to be restored, absolute; its directory is made where it is missing. */
export function prepareTarget(placement: Pick<Placement, "path" | "modifiedNs">, options: TargetOptions): RawPath {
  const prefix = options.to === undefined ? ("" as RawPath) : madeDirectory(options.to);
  const target = joinPath(prefix, placement.path);
  const root = openRoot("/" as RawPath, open.O_RDONLY | open.O_DIRECTORY);
  try {
    const look = (path: RawPath) => lookOf(joinPath("/", path).slice(prefix.length) as RawPath);
    ensureDirectory(root, parentOf(target).slice(1) as RawPath, { look, sync: true });
    return options.keepBoth ? freeName(target, placement) : target;
  } finally {
    closeFd(root);
  }
}

/** The operator's directory without links in it, made if it is missing. */
function madeDirectory(path: string): RawPath {
  makeDirectories(path, 0o700);
  return resolvePath(rawPath(path));
}

/** As the directory of that name is where it came from; private where there is none any more. */
function lookOf(original: RawPath): DirectoryLook {
  const stat = original === "" ? undefined : statDirectory(original);
  return stat === undefined ? privateLook : { mode: stat.mode, uid: stat.uid, gid: stat.gid };
}

function statDirectory(path: RawPath): FileStat | undefined {
  try {
    const fd = openRoot(path, open.O_PATH | open.O_DIRECTORY);
    const stat = statFd(fd);
    closeFd(fd);
    return stat;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "EACCES", "ELOOP")) return undefined;
    throw error;
  }
}

function freeName(target: RawPath, placement: Pick<Placement, "modifiedNs">): RawPath {
  const parent = openBeneathRoot(parentOf(target));
  try {
    if (!nameExists(parent, baseName(target))) return target;
    const stamp = new Date(Number(placement.modifiedNs / 1_000_000n)).toISOString().replaceAll(/[-:]|\.\d+/g, "");
    return `${target}.${stamp}` as RawPath;
  } finally {
    closeFd(parent);
  }
}

function openBeneathRoot(path: RawPath): number {
  const root = openRoot("/" as RawPath, open.O_PATH | open.O_DIRECTORY);
  try {
    return openBeneath(root, path.slice(1) as RawPath, open.O_PATH | open.O_DIRECTORY);
  } finally {
    closeFd(root);
  }
}
