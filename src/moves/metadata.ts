import type { FileFacts } from "../catalog/facts.ts";
import type { OwnerNames } from "../host/owner-names.ts";
import { setMode, setOwner, setTimes } from "../host/posix.ts";
import type { FileStat } from "../host/stat.ts";
import { readXattrs, removeXattr, setXattr } from "../host/xattr.ts";
import { hasCode } from "../lib/errors.ts";
import { bytesOf, type RawPath, rawPath, rawPathOfBytes, textOf } from "../lib/raw-path.ts";
import { findHoles, type Range } from "./holes.ts";
import type { CheckedSource } from "./source-file.ts";

export interface SourceFacts {
  readonly holes: readonly Range[];
  /** Everything about the file but its content, as it goes into the manifest. */
  readonly facts: FileFacts;
}

/** What an open source is besides its content. @throws SystemError */
export function readFacts(source: CheckedSource, names: OwnerNames): SourceFacts {
  const holes = findHoles(source.fd, source.stat);
  return { holes, facts: { ...readOwnFacts(source, names), ...(holes.length === 0 ? {} : { holes }) } };
}

/** The same of anything, such as a directory. @throws SystemError */
export function readOwnFacts({ fd, stat }: CheckedSource, names: OwnerNames): FileFacts {
  const xattrs = Object.entries(readXattrs(fd));
  const printed = xattrs.length === 0 ? {} : { xattrs: Object.fromEntries(xattrs.map(printXattr)) };
  return { ...factsOfStat(stat, names), ...printed };
}

/** What stat alone tells, which is all that a link has. */
export function factsOfStat(stat: FileStat, names: OwnerNames): FileFacts {
  const user = names.user(stat.uid);
  const group = names.group(stat.gid);
  return {
    uid: stat.uid,
    gid: stat.gid,
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
    mode: stat.mode,
    accessedNs: String(stat.accessedNs),
  };
}

const encodedName = "base64:";

/** A name that is not UTF-8 is kept in base64, too; no real one begins so, since they all begin with a class and a dot. */
function printXattr([name, value]: [name: string, value: Buffer]): [name: string, value: string] {
  const raw = name as RawPath;
  return [textOf(raw) ?? `${encodedName}${bytesOf(raw).toString("base64")}`, value.toString("base64")];
}

function rawXattrName(printed: string): string {
  if (!printed.startsWith(encodedName)) return rawPath(printed);
  return rawPathOfBytes(Buffer.from(printed.slice(encodedName.length), "base64"));
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
  for (const name of inheritedAcls(fd, facts)) attempt(() => removeXattr(fd, name));
  const xattrs = Object.entries(facts.xattrs ?? {})
    .filter(([name, value]) => !attempt(() => setXattr(fd, rawXattrName(name), Buffer.from(value, "base64"))))
    .map(([name]) => name);
  attempt(() => setMode(fd, owner ? facts.mode & ~setIdBits : facts.mode));
  attempt(() => setTimes(fd, BigInt(facts.accessedNs), modifiedNs));
  return { owner, xattrs };
}

/** ACLs that it never had: they came from the default ACL of the directory that it was made in (HAZARDS M33). */
function inheritedAcls(fd: number, { xattrs = {} }: FileFacts): readonly string[] {
  return Object.keys(readXattrs(fd)).filter(
    (name) => name.startsWith("system.posix_acl_") && !Object.hasOwn(xattrs, name),
  );
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
