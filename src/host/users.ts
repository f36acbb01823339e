import { hasCode } from "../lib/errors.ts";
import { bind, lastErrorName, SystemError } from "./native.ts";
import { filesInUse } from "./open-files.ts";
import { setLease, tryLock } from "./posix.ts";
import { statFd } from "./stat.ts";
import { hasLeases } from "./writers.ts";

export type UseVerdict = "free" | "in-use" | "open-unknown";

/** Whether anybody else uses an open file: has it open in whatever way, mapped, or locked. */
export type UseProbe = (fd: number) => UseVerdict;

/**
 * Where leases are, a write lease tells it for every container and namespace; it stays taken until the descriptor is
 * closed, so whoever opens the file meanwhile waits for that. Elsewhere, and on overlay, whose mappings are of
 * the file below, every process is asked once, and the locks, which other machines may hold.
 * The process must have a handler for SIGIO before the first probe (HAZARDS D4, M28).
 */
export function openUseProbe(filesystemType: string): UseProbe {
  const leases = hasLeases(filesystemType);
  if (leases && filesystemType !== "overlay") return probeWriteLease;
  const { isUsed } = filesInUse();
  return (fd) => {
    const { device, inode } = statFd(fd);
    if (isUsed(device, inode)) return "in-use";
    return leases ? probeWriteLease(fd) : probeLocks(fd);
  };
}

function probeWriteLease(fd: number): UseVerdict {
  try {
    setLease(fd, "write");
    return "free";
  } catch (error) {
    if (hasCode(error, "EAGAIN")) return "in-use";
    if (error instanceof SystemError) return "open-unknown";
    throw error;
  }
}

function probeLocks(fd: number): UseVerdict {
  return isRangeLocked(fd) || !lockIfFree(fd) ? "in-use" : "free";
}

/**
 * Takes the BSD lock of an open file or directory until that is closed; false while another has it. Where the file system
 * has no such locks, or wants a descriptor for writing (NFS), there is nothing to ask.
 */
export function lockIfFree(fd: number): boolean {
  try {
    return tryLock(fd);
  } catch (error) {
    if (hasCode(error, "EBADF", "EINVAL", "EOPNOTSUPP", "ENOLCK", "ENOSYS")) return true;
    throw error;
  }
}

const fcntl = bind("int fcntl(int, int, void*)");
const getOfdLock = 36;
const writeLock = 1;
const unlocked = 2;

/** Some process holds a lock of fcntl(2) on a part of the file; where the file system has none, nobody does. */
function isRangeLocked(fd: number): boolean {
  const lock = Buffer.alloc(32);
  lock.writeInt16LE(writeLock, 0);
  if (fcntl(fd, getOfdLock, lock) === 0) return lock.readInt16LE(0) !== unlocked;
  const code = lastErrorName();
  if (code === "EINVAL" || code === "EOPNOTSUPP" || code === "ENOLCK" || code === "ENOSYS") return false;
  throw new SystemError(code, "fcntl", "");
}
