import { closeFd, open, openBeneath, setTimes } from "../host/posix.ts";
import { type FileStat, statFd } from "../host/stat.ts";
import { lockIfFree } from "../host/users.ts";
import type { OpenSource } from "../jobs/source.ts";
import { hasCode } from "../lib/errors.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { ReasonCode } from "../policies/reasons.ts";

/** A directory below a root that something is removed from; at the end its own times are what they were. */
export interface HeldDirectory extends Disposable {
  readonly fd: number;
  readonly stat: FileStat;
  /** Something was removed from it, which renewed its times. */
  readonly touched: () => void;
}

export interface ScratchRoot {
  readonly fd: number;
  readonly device: number;
  readonly mountId: number;
}

export function scratchRoot({ root }: OpenSource): ScratchRoot {
  const { device, mountId } = statFd(root);
  return { fd: root, device, mountId };
}

/**
 * Opens a directory anew for a deed: no component is a link, it lies on the root's own mount, and nobody locks it.
 * Returns why it is left alone instead. @throws SystemError for what is no change of the tree
 */
export function holdDirectory(root: ScratchRoot, path: RawPath): HeldDirectory | ReasonCode {
  const fd = openQuietly(root.fd, path);
  if (fd === undefined) return "changed-since-plan";
  const stat = statFd(fd);
  const reason = reasonAgainst(root, { fd, stat });
  if (reason !== undefined) {
    closeFd(fd);
    return reason;
  }
  let isTouched = false;
  return {
    fd,
    stat,
    touched: () => {
      isTouched = true;
    },
    [Symbol.dispose]: () => {
      if (isTouched) restoreTimes(fd, stat);
      closeFd(fd);
    },
  };
}

function openQuietly(root: number, path: RawPath): number | undefined {
  const flags = open.O_RDONLY | open.O_DIRECTORY | open.O_NOFOLLOW;
  try {
    return openBeneath(root, path, flags | open.O_NOATIME);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ELOOP", "ENOTDIR", "EXDEV")) return undefined;
    if (!hasCode(error, "EPERM")) throw error;
    return openBeneath(root, path, flags);
  }
}

function reasonAgainst(root: ScratchRoot, { fd, stat }: { fd: number; stat: FileStat }): ReasonCode | undefined {
  if (stat.mountId !== root.mountId || stat.device !== root.device) return "other-file-system";
  return lockIfFree(fd) ? undefined : "in-use";
}

/** Only its owner and root may; for others it is younger now, and stays longer. */
function restoreTimes(fd: number, { accessedNs, modifiedNs }: FileStat): void {
  try {
    setTimes(fd, accessedNs, modifiedNs);
  } catch (error) {
    if (!hasCode(error, "EPERM", "EACCES")) throw error;
  }
}
