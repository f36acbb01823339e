import { type DirectoryEntry, listDirectory } from "../host/files.ts";
import { closeFd, open, openBeneath } from "../host/posix.ts";
import { statAt } from "../host/stat.ts";
import { hasCode } from "../lib/errors.ts";
import type { RawPath } from "../lib/raw-path.ts";

/** The entries of a directory on a tier, each with its kind; nothing there, or no directory: none. @throws SystemError */
export function listBeneath(root: number, path: RawPath): readonly DirectoryEntry[] {
  let fd: number;
  try {
    fd = openBeneath(root, path, open.O_RDONLY | open.O_DIRECTORY | open.O_NOFOLLOW);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP")) return [];
    throw error;
  }
  try {
    return [...listDirectory(fd)].map((entry) =>
      entry.kind === "unknown" ? { name: entry.name, kind: statAt(fd, entry.name).kind } : entry,
    );
  } finally {
    closeFd(fd);
  }
}
