import { resolvePath } from "../host/files.ts";
import { closeFd, open, openRoot } from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import { hasLeases } from "../host/writers.ts";
import { hasCode, messageOf, OperatorError } from "../lib/errors.ts";
import { parentOf, type RawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { filesystemId } from "../tiers/filesystem-id.ts";
import { type Mount, mountWithId, readMounts } from "../tiers/mounts.ts";

/** What a source's file system must be tomorrow, too (PROTOCOLS section 4, "Sources have identity too"). */
export interface SourcePlace {
  readonly path: string;
  readonly filesystemType: string;
  readonly filesystemId: string;
  readonly mountPoint: string;
}

/** A job's source, resolved once and held open; all below it is reached through `root`. */
export interface OpenSource extends Disposable {
  readonly root: number;
  /** Absolute, without links. */
  readonly path: RawPath;
  readonly place: SourcePlace;
  readonly mount: Mount;
  readonly mounts: readonly Mount[];
  /** What the root and its parents grant others. */
  readonly grantedMode: number;
  readonly leases: boolean;
  readonly readOnly: boolean;
}

/** @throws OperatorError SOURCE_MISSING */
export function openSourceRoot(configured: RawPath): OpenSource {
  const path = resolve(configured);
  const root = openRoot(path, open.O_RDONLY | open.O_DIRECTORY | open.O_NOFOLLOW);
  const mounts = readMounts();
  const mount = mountWithId(mounts, statFd(root).mountId);
  if (mount === undefined) {
    closeFd(root);
    throw new OperatorError("SOURCE_MISSING", `${shellQuote(path)} was unmounted while it was opened`, {
      hint: "run again",
    });
  }
  return {
    root,
    path,
    mounts,
    mount,
    place: {
      path,
      filesystemType: mount.fsType,
      filesystemId: filesystemId(root, mount) ?? "unknown",
      mountPoint: mount.mountPoint,
    },
    grantedMode: grantedMode(path),
    leases: hasLeases(mount.fsType),
    readOnly: mount.options.includes("ro") || mount.superOptions.includes("ro"),
    [Symbol.dispose]: () => closeFd(root),
  };
}

function resolve(configured: RawPath): RawPath {
  try {
    return resolvePath(configured);
  } catch (cause) {
    if (!hasCode(cause, "ENOENT", "ENOTDIR", "EACCES", "ELOOP", "EIO", "ESTALE")) throw cause;
    const hint = hasCode(cause, "EACCES")
      ? "run as root"
      : "mount or create it, or take the job out of the configuration";
    throw new OperatorError(
      "SOURCE_MISSING",
      `the source ${shellQuote(configured)} ${hasCode(cause, "ENOENT") ? "does not exist" : `cannot be opened: ${messageOf(cause)}`}`,
      {
        hint,
        cause,
      },
    );
  }
}

function grantedMode(path: RawPath): number {
  let granted = 0o777;
  for (let at = path; ; at = parentOf(at)) {
    const fd = openRoot(at, open.O_PATH | open.O_DIRECTORY);
    granted &= statFd(fd).mode;
    closeFd(fd);
    if (at === "/") return granted;
  }
}
