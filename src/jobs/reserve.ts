import { removeFile, usageOf } from "../host/files.ts";
import { closeFd, open, openBeneath, openRoot, reserveRoom, syncFile, truncateFile } from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import { hasCode, isFull } from "../lib/errors.ts";
import { type RawPath, rawPath } from "../lib/raw-path.ts";

/** Room in the state directory for the night on which its disk is full: the tool that frees space must begin (HAZARDS C8). */
export interface Reserve {
  /** Does work in the state directory; where its disk is full, once more without the reserve. */
  readonly use: <T>(work: () => T) => T;
  readonly release: () => void;
  /** The disk is or was full: journal little at a time. */
  readonly isTight: () => boolean;
}

const reserveBytes = 64 * 2 ** 20;
/** Left for everybody else: the last bytes of a file system are not ours to take. */
const spareBytes = 16 * 2 ** 20;

export function openReserve(stateDir: string, isTight: boolean): Reserve {
  let isReleased = isTight;
  const release = () => {
    releaseReserve(stateDir);
    isReleased = true;
  };
  return {
    use: (work) => {
      try {
        return work();
      } catch (error) {
        if (!isFull(error) || isReleased) throw error;
        release();
        return work();
      }
    },
    release,
    isTight: () => isReleased,
  };
}

/** Makes the reserve where it is not whole. False where there is no room for it. @throws SystemError EROFS, EACCES, … */
export function keepReserve(stateDir: string): boolean {
  const directory = openRoot(rawPath(stateDir), open.O_RDONLY | open.O_DIRECTORY);
  try {
    const fd = openBeneath(directory, reserveName, open.O_RDWR | open.O_CREAT | open.O_NOFOLLOW, 0o600);
    try {
      return isWhole(fd) || (hasRoom(stateDir) && fill(fd));
    } finally {
      closeFd(fd);
    }
  } catch (error) {
    if (hasCode(error, "ENOSPC", "EDQUOT")) return false;
    throw error;
  } finally {
    closeFd(directory);
  }
}

const reserveName = "reserve" as RawPath;

/** Gives the room back to the file system. */
export function releaseReserve(stateDir: string): void {
  removeFile(`${stateDir}/${reserveName}`);
}

function isWhole(fd: number): boolean {
  return statFd(fd).sizeBytes === reserveBytes;
}

function hasRoom(stateDir: string): boolean {
  return usageOf(stateDir).freeBytes >= reserveBytes + spareBytes;
}

/** Its size is set last, and says that the room below it is there. */
function fill(fd: number): boolean {
  try {
    reserveRoom(fd, reserveBytes);
  } catch (error) {
    // A file system that cannot promise room has no use for a reserve.
    if (hasCode(error, "EOPNOTSUPP", "ENOSYS")) return true;
    throw error;
  }
  truncateFile(fd, reserveBytes);
  syncFile(fd);
  return true;
}
