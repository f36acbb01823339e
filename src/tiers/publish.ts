import { linkFile, type NamePlace, renameNoReplaceAt, unlinkFile } from "../host/posix.ts";
import { hasCode, OperatorError } from "../lib/errors.ts";

export type PublishWay = "rename-noreplace" | "link-unlink";

/**
 * Gives a staged file its final name and never replaces one (DESIGN invariant 2).
 * Tells which way worked: NFS and many FUSE file systems answer `EINVAL` to the first.
 * A file that goes the second way must be closed, or NFS leaves `.nfsXXXX` behind.
 * @throws SystemError EEXIST, …; OperatorError TIER_UNFIT where neither way exists
 */
export function publishFile(from: NamePlace, to: NamePlace): PublishWay {
  try {
    renameNoReplaceAt(from, to);
    return "rename-noreplace";
  } catch (error) {
    if (!hasCode(error, "EINVAL", "ENOSYS", "EOPNOTSUPP")) throw error;
  }
  publishByLink(from, to);
  return "link-unlink";
}

/** The second way alone, for a tier that is known to need it. */
export function publishByLink(from: NamePlace, to: NamePlace): void {
  try {
    linkFile(from, to);
  } catch (error) {
    if (!hasCode(error, "EPERM", "ENOSYS", "EOPNOTSUPP")) throw error;
    throw new OperatorError("TIER_UNFIT", "this file system can neither rename without replacing nor link", {
      hint: "use another file system for the tier: on this one a file could be overwritten",
      cause: error,
    });
  }
  unlinkFile(from.directory, from.name);
}
