import type { FileFacts } from "../catalog/facts.ts";
import type { OwnerNames } from "../host/owner-names.ts";
import { setMode, setOwner, setTimes } from "../host/posix.ts";
import type { FileStat } from "../host/stat.ts";
import { setXattr, type Xattrs } from "../host/xattr.ts";
import { hasCode } from "../lib/errors.ts";
import type { Range } from "./holes.ts";

/** Everything about a file but its content, as it goes into the manifest. */
export function factsOf(
  stat: FileStat,
  more: { xattrs: Xattrs; holes: readonly Range[]; names: OwnerNames },
): FileFacts {
  const user = more.names.user(stat.uid);
  const group = more.names.group(stat.gid);
  const xattrs = Object.entries(more.xattrs);
  return {
    uid: stat.uid,
    gid: stat.gid,
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
    mode: stat.mode,
    accessedNs: String(stat.accessedNs),
    ...(xattrs.length === 0
      ? {}
      : { xattrs: Object.fromEntries(xattrs.map(([name, value]) => [name, value.toString("base64")])) }),
    ...(more.holes.length === 0 ? {} : { holes: more.holes }),
  };
}

/** What a file could not be given; the manifest has it. */
export interface NotHeld {
  readonly owner: boolean;
  readonly xattrs: readonly string[];
}

const setIdBits = 0o6000;

/**
 * Gives an open file its owner, attributes, mode and times, in the order in which none undoes another. What the
 * file system cannot hold is returned; without its owner a file never keeps set-id bits.
 */
export function applyFacts(fd: number, facts: FileFacts, modifiedNs: bigint): NotHeld {
  const owner = !attempt(() => setOwner(fd, facts.uid, facts.gid));
  const xattrs = Object.entries(facts.xattrs ?? {})
    .filter(([name, value]) => !attempt(() => setXattr(fd, name, Buffer.from(value, "base64"))))
    .map(([name]) => name);
  attempt(() => setMode(fd, owner ? facts.mode & ~setIdBits : facts.mode));
  attempt(() => setTimes(fd, BigInt(facts.accessedNs), modifiedNs));
  return { owner, xattrs };
}

/** True when the file system did it; false when it is not able or not willing to. */
function attempt(change: () => void): boolean {
  try {
    change();
    return true;
  } catch (error) {
    // ENOSPC, E2BIG and ERANGE: no room for an attribute of this size in the inode.
    if (hasCode(error, "EPERM", "EACCES", "EOPNOTSUPP", "EINVAL", "ENOSYS", "ENOSPC", "E2BIG", "ERANGE")) return false;
    throw error;
  }
}
