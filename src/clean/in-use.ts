import { filesInUse, type UsedFiles } from "../host/open-files.ts";
import { closeFd, open, openBeneath } from "../host/posix.ts";
import { isSocketAlive } from "../host/sockets.ts";
import { type FileStat, statFd } from "../host/stat.ts";
import { openUseProbe, type UseProbe } from "../host/users.ts";
import { hasCode } from "../lib/errors.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { ReasonCode } from "../policies/reasons.ts";

/** A name in an open directory. */
export interface Named {
  readonly directory: number;
  readonly name: RawPath;
  readonly stat: Pick<FileStat, "kind" | "device" | "inode">;
}

/** Looks whether anybody uses what is due; what every process has open is asked once, and only where that is needed. */
export interface UseLook {
  /**
   * Why it stays, or `undefined`: then `deed` was done while nobody could open a regular file anew.
   * @throws SystemError ENOENT, ELOOP, … and what `deed` throws
   */
  readonly unlessUsed: (named: Named, deed: () => ReasonCode | undefined) => ReasonCode | undefined;
}

export function openUseLook(filesystemType: string): UseLook {
  let probe: UseProbe | undefined;
  let used: UsedFiles | undefined;
  return {
    unlessUsed: (named, deed) => {
      switch (named.stat.kind) {
        case "file":
          probe ??= openUseProbe(filesystemType);
          return unlessOpen(named, probe, deed);
        case "socket":
          return unlessAlive(named, deed);
        case "fifo":
          used ??= filesInUse();
          return used.isFifoAwaited || used.isUsed(named.stat.device, named.stat.inode) ? "in-use" : deed();
        default:
          return deed();
      }
    },
  };
}

function unlessOpen({ directory, name }: Named, probe: UseProbe, deed: () => ReasonCode | undefined) {
  const fd = openQuietly(directory, name);
  try {
    const verdict = probe(fd);
    return verdict === "free" ? deed() : verdict;
  } finally {
    closeFd(fd);
  }
}

/** Without a trace in its access time where we may (HAZARDS M26). */
function openQuietly(directory: number, name: RawPath): number {
  const flags = open.O_RDONLY | open.O_NOFOLLOW | open.O_NONBLOCK | open.O_NOCTTY;
  try {
    return openBeneath(directory, name, flags | open.O_NOATIME);
  } catch (error) {
    if (!hasCode(error, "EPERM")) throw error;
    return openBeneath(directory, name, flags);
  }
}

function unlessAlive({ directory, name, stat }: Named, deed: () => ReasonCode | undefined) {
  const fd = openBeneath(directory, name, open.O_PATH | open.O_NOFOLLOW);
  try {
    const found = statFd(fd);
    const isIt = found.kind === "socket" && found.inode === stat.inode && found.device === stat.device;
    if (!isIt) return "changed-since-plan";
    return isSocketAlive(fd) ? "live-socket" : deed();
  } finally {
    closeFd(fd);
  }
}
