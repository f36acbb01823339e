import { closeFd, linkFile, type NamePlace, open, openBeneath, renameNoReplaceAt } from "../host/posix.ts";
import { hasCode, OperatorError } from "../lib/errors.ts";
import { rawPath } from "../lib/raw-path.ts";
import { type PublishWay, publishFile } from "./publish.ts";

/**
 * How a file gets its final name here. Both halves are tried: onto a fresh name, since the kernel answers
 * `EEXIST` for a taken one even where the file system cannot promise anything, and onto a taken one, since some
 * file systems accept the flag and replace all the same.
 * @throws OperatorError TIER_UNFIT where neither way is safe
 */
export function probePublish(at: number): PublishWay {
  const way = publishFile(create(at, "staged"), { directory: at, name: rawPath("fresh") });
  if (way === "rename-noreplace" && isRefused(() => renameNoReplaceAt(create(at, "rename"), create(at, "taken")))) {
    return way;
  }
  if (isRefused(() => linkFile(create(at, "link"), create(at, "taken-too")))) return "link-unlink";
  throw new OperatorError("TIER_UNFIT", "this file system replaces files that it was told not to replace", {
    hint: "use another file system for the tier: on this one a file could be overwritten",
  });
}

function isRefused(action: () => void): boolean {
  try {
    action();
    return false;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return true;
    if (hasCode(error, "EPERM", "EOPNOTSUPP", "ENOSYS")) return false;
    throw error;
  }
}

function create(directory: number, name: string): NamePlace {
  const place = { directory, name: rawPath(name) };
  closeFd(openBeneath(directory, place.name, open.O_WRONLY | open.O_CREAT | open.O_EXCL, 0o600));
  return place;
}
