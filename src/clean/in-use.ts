import { openHeld } from "../host/held-name.ts";
import { filesInUse, type UsedFiles } from "../host/open-files.ts";
import { closeFd, open } from "../host/posix.ts";
import { isUnchanged, lookAtFd } from "../host/raw-stat.ts";
import { isSocketAlive } from "../host/sockets.ts";
import { deviceIn, inodeIn, kindIn } from "../host/stat-bytes.ts";
import { openUseProbe, type UseProbe } from "../host/users.ts";
import { hasCode } from "../lib/errors.ts";
import type { ReasonCode } from "../policies/reasons.ts";

/** Looks whether anybody uses what is due; what every process has open is asked once, and only where that is needed. */
export interface UseLook {
  /**
   * Why what has the held name (`held-name.ts`) in an open directory stays, or `undefined`: then `deed` was done while
   * nobody could open a regular file anew. @throws SystemError ENOENT, ELOOP, … and what `deed` throws
   */
  readonly unlessUsed: <Reason extends string>(
    directory: number,
    stat: Buffer,
    deed: Deed<Reason>,
  ) => UseReason | Reason | undefined;
}

export type UseReason = Extract<ReasonCode, "in-use" | "open-unknown" | "live-socket" | "changed-since-plan">;

type Deed<Reason> = () => Reason | undefined;

export function openUseLook(filesystemType: string): UseLook {
  let probe: UseProbe | undefined;
  let used: UsedFiles | undefined;
  return {
    unlessUsed: (directory, stat, deed) => {
      switch (kindIn(stat)) {
        case "file":
          probe ??= openUseProbe(filesystemType);
          return unlessOpen(directory, probe, deed);
        case "socket":
          return unlessAlive(directory, stat, deed);
        case "fifo":
          used ??= filesInUse();
          return used.isFifoAwaited || used.isUsed(deviceIn(stat), inodeIn(stat)) ? "in-use" : deed();
        default:
          return deed();
      }
    },
  };
}

function unlessOpen<Reason>(directory: number, probe: UseProbe, deed: Deed<Reason>): UseReason | Reason | undefined {
  const fd = openQuietly(directory);
  try {
    const verdict = probe(fd);
    return verdict === "free" ? deed() : verdict;
  } finally {
    closeFd(fd);
  }
}

const quietly = open.O_RDONLY | open.O_NONBLOCK | open.O_NOCTTY;

/** Without a trace in its access time where we may (HAZARDS M26). */
function openQuietly(directory: number): number {
  try {
    return openHeld(directory, quietly | open.O_NOATIME);
  } catch (error) {
    if (!hasCode(error, "EPERM")) throw error;
    return openHeld(directory, quietly);
  }
}

function unlessAlive<Reason>(directory: number, stat: Buffer, deed: Deed<Reason>): UseReason | Reason | undefined {
  const fd = openHeld(directory, open.O_PATH);
  try {
    lookAtFd(fd);
    if (!isUnchanged(stat)) return "changed-since-plan";
    return isSocketAlive(fd) ? "live-socket" : deed();
  } finally {
    closeFd(fd);
  }
}
