import { closeFd, open, openBeneath, openRoot } from "../host/posix.ts";
import type { RawPath } from "../lib/raw-path.ts";

/**
 * Opens an absolute directory without following a link: whoever owns one of its parents could else lead a restore as
 * root to anywhere, in the instant after the path was checked (HAZARDS M24). @throws SystemError ELOOP, ENOENT, …
 */
export function openDirectory(path: RawPath): number {
  const root = openRoot("/" as RawPath, open.O_PATH | open.O_DIRECTORY);
  try {
    return openBeneath(root, path.slice(1) as RawPath, open.O_RDONLY | open.O_DIRECTORY);
  } finally {
    closeFd(root);
  }
}
