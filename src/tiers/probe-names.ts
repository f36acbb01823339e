import { listDirectory } from "../host/files.ts";
import { fileSystemOf } from "../host/filesystem.ts";
import { closeFd, open, openBeneath, unlinkFile } from "../host/posix.ts";
import { hasCode } from "../lib/errors.ts";
import type { RawPath } from "../lib/raw-path.ts";

/** The length of the longest name that can really be created, in bytes. */
export function longestName(at: number): number {
  let fits = 1;
  let tooLong = (fileSystemOf(at).nameMaxBytes || 255) + 1;
  if (takesName(at, "n".repeat(tooLong - 1) as RawPath)) return tooLong - 1;
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (takesName(at, "n".repeat(middle) as RawPath)) fits = middle;
    else tooLong = middle;
  }
  return fits;
}

/** Bytes that are no UTF-8, a control character, what Windows forbids, an ending that it cuts off. */
const strangeNames = ["\xff\xfe", "\n\x01", 'a:b\\c*?"<>|', "end. "] as readonly string[] as readonly RawPath[];

/** True when such names are kept byte for byte, and names that differ only in case are two. */
export function takesAnyBytes(at: number): boolean {
  if (!strangeNames.every((name) => takesName(at, name))) return false;
  const pair = ["case", "CASE"] as const;
  const isTaken = pair.map((name) => createFile(at, name as string as RawPath));
  for (const [index, name] of pair.entries()) if (isTaken[index]) unlinkFile(at, name as string as RawPath);
  return isTaken.every(Boolean);
}

function takesName(at: number, name: RawPath): boolean {
  if (!createFile(at, name)) return false;
  const isListed = listDirectory(at).some((entry) => entry.name === name);
  unlinkFile(at, name);
  return isListed;
}

/** What SMB, NTFS and others answer to a name that they do not take is among these. */
function createFile(at: number, name: RawPath): boolean {
  try {
    closeFd(openBeneath(at, name, open.O_WRONLY | open.O_CREAT | open.O_EXCL, 0o600));
    return true;
  } catch (error) {
    if (hasCode(error, "ENAMETOOLONG", "EINVAL", "EILSEQ", "EEXIST", "ENOENT", "EPERM")) return false;
    throw error;
  }
}
