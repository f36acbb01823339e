import { open, openBeneath } from "../host/posix.ts";
import { hasCode } from "../lib/errors.ts";
import type { RawPath } from "../lib/raw-path.ts";

/** Opens a directory below a root for listing, without a trace in its access time where we may (HAZARDS M26). */
export function openDirectory(root: number, path: RawPath): number {
  const flags = open.O_RDONLY | open.O_DIRECTORY | open.O_NOFOLLOW;
  try {
    return openBeneath(root, path, flags | open.O_NOATIME);
  } catch (error) {
    // O_NOATIME needs ownership or CAP_FOWNER.
    if (!hasCode(error, "EPERM")) throw error;
    return openBeneath(root, path, flags);
  }
}
