import { closeFd, open, openBeneath } from "../host/posix.ts";
import { hasCode } from "../lib/errors.ts";
import type { RawPath } from "../lib/raw-path.ts";

/** Reads a directory on a tier; nothing there, or no directory: nothing. @throws SystemError */
export function inDirectory<T>(root: number, path: RawPath, read: (fd: number) => readonly T[]): readonly T[] {
  let fd: number;
  try {
    fd = openBeneath(root, path, open.O_RDONLY | open.O_DIRECTORY | open.O_NOFOLLOW);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP")) return [];
    throw error;
  }
  try {
    return read(fd);
  } finally {
    closeFd(fd);
  }
}
