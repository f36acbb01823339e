import type { Placement } from "../catalog/placements.ts";
import { makeDirectories, resolvePath } from "../host/files.ts";
import { closeFd, open, openBeneath, openRoot } from "../host/posix.ts";
import { type FileStat, nameExists, statFd } from "../host/stat.ts";
import { hasCode, OperatorError } from "../lib/errors.ts";
import { baseName, joinPath, parentOf, type RawPath, rawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { type DirectoryLook, ensureDirectory, privateLook } from "../moves/directories.ts";
import type { Reach } from "./reach.ts";

export interface TargetOptions {
  /** Absolute; the whole original path is made anew below this directory. */
  readonly to: string | undefined;
  /** A name that is taken gets the version's time beside it. */
  readonly keepBoth: boolean;
  readonly reach: Pick<Reach, "answers">;
}

/**
 * Where a version is to be restored, absolute; its directory is made where it is missing.
 * @throws OperatorError TARGET_HANGS; SystemError
 */
export function prepareTarget(placement: Pick<Placement, "path" | "modifiedNs">, options: TargetOptions): RawPath {
  const { reach, to } = options;
  const wanted = joinPath(to === undefined ? "" : rawPath(to), placement.path);
  if (!reach.answers(parentOf(wanted))) throw hangs(wanted);
  const prefix = to === undefined ? ("" as RawPath) : madeDirectory(to);
  const target = joinPath(prefix, placement.path);
  const root = openRoot("/" as RawPath, open.O_RDONLY | open.O_DIRECTORY);
  try {
    const look = (path: RawPath) => lookOf(joinPath("/", path).slice(prefix.length) as RawPath, reach);
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

function hangs(target: RawPath): OperatorError {
  const message = `the file system of ${shellQuote(target)} does not answer`;
  return new OperatorError("TARGET_HANGS", message, { hint: "restore with --to DIR, to a place that answers" });
}

/** As the directory of that name is where it came from; private where there is none any more, or nobody can tell. */
function lookOf(original: RawPath, reach: TargetOptions["reach"]): DirectoryLook {
  const stat = original === "" || !reach.answers(original) ? undefined : statDirectory(original);
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
