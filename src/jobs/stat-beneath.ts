import { closeFd, open, openBeneath } from "../host/posix.ts";
import { type FileStat, statFd } from "../host/stat.ts";
import type { RawPath } from "../lib/raw-path.ts";

/** The facts of what lies at a path below an open root, following no link; `undefined` when nothing does, or it cannot be looked at. */
export function statBeneath(root: number, path: RawPath): FileStat | undefined {
  try {
    const fd = openBeneath(root, path, open.O_PATH | open.O_NOFOLLOW);
    try {
      return statFd(fd);
    } finally {
      closeFd(fd);
    }
  } catch (error) {
    if (error instanceof Error && "call" in error) return undefined;
    throw error;
  }
}
