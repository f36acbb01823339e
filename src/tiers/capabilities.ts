import { closeFd, linkFile, open, openBeneath, setMode, setOwner, setTimes, unlinkFile } from "../host/posix.ts";
import { statAt, statFd } from "../host/stat.ts";
import { readXattrs, setXattr } from "../host/xattr.ts";
import { hasCode } from "../lib/errors.ts";
import { type RawPath, rawPath } from "../lib/raw-path.ts";
import { probeDirectory } from "./probe-directory.ts";
import { longestName, takesAnyBytes } from "./probe-names.ts";
import { probePublish } from "./probe-publish.ts";
import type { Capabilities } from "./tier.ts";

/**
 * Tries what the tier can hold and do, in a directory of its own below an open staging directory, and removes
 * it again. Each answer is read back: some file systems accept what they then forget.
 * @throws OperatorError TIER_UNFIT where nothing can be published without the risk of replacing;
 *   SystemError ENOSPC, EROFS, EIO, … where nothing can be tried
 */
export function probeCapabilities(stagingFd: number): Capabilities {
  using directory = probeDirectory(stagingFd);
  const { fd: at } = directory;
  const name = rawPath("file");
  const file = openBeneath(at, name, open.O_RDWR | open.O_CREAT | open.O_EXCL, 0o600);
  try {
    return {
      modes: keepsModes(file),
      xattrs: keepsXattrs(file),
      hardLinks: keepsLinks(at, file, name),
      publish: probePublish(at),
      nameMaxBytes: longestName(at),
      byteNames: takesAnyBytes(at),
      timeGrainNs: timeGrain(file),
      acls: keepsAcls(file),
      // Last, since a file that was given away may be out of reach.
      owners: keepsOwners(file),
    };
  } finally {
    closeFd(file);
  }
}

/** What a file system says when it can't, as far as it is not a fault. */
const unable = ["EPERM", "EACCES", "EOPNOTSUPP", "ENOTSUP", "ENOSYS", "EINVAL", "ENOTTY"] as const;

function succeeds(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (hasCode(error, ...unable)) return false;
    throw error;
  }
}

function keepsModes(fd: number): boolean {
  return [0o604, 0o710, 0o600].every((mode) => succeeds(() => setMode(fd, mode)) && statFd(fd).mode === mode);
}

function keepsXattrs(fd: number): boolean {
  const value = Buffer.from("\0tierkeep\xff", "latin1");
  return succeeds(() => setXattr(fd, "user.tierkeep", value)) && hasXattr(fd, "user.tierkeep", value);
}

function keepsAcls(fd: number): boolean {
  const name = "system.posix_acl_access";
  const mask = 0x10;
  // rw for the owner, r for uid 1, r for the group, mask r, nothing for others (linux/posix_acl_xattr.h)
  const value = acl([
    [0x01, 6],
    [0x02, 4, 1],
    [0x04, 4],
    [mask, 4],
    [0x20, 0],
  ]);
  return succeeds(() => setXattr(fd, name, value)) && hasXattr(fd, name, value);
}

function acl(entries: readonly (readonly [tag: number, permissions: number, id?: number])[]): Buffer {
  const bytes = Buffer.alloc(4 + entries.length * 8);
  bytes.writeUInt32LE(2, 0);
  entries.forEach(([tag, permissions, id], index) => {
    bytes.writeUInt16LE(tag, 4 + index * 8);
    bytes.writeUInt16LE(permissions, 6 + index * 8);
    bytes.writeUInt32LE(id ?? 0xffffffff, 8 + index * 8);
  });
  return bytes;
}

function hasXattr(fd: number, name: string, value: Buffer): boolean {
  return readXattrs(fd)[name]?.equals(value) ?? false;
}

function keepsLinks(at: number, fd: number, name: RawPath): boolean {
  const second = rawPath("link");
  if (!succeeds(() => linkFile({ directory: at, name }, { directory: at, name: second }))) return false;
  const linked = statAt(at, second); // by its new name: FUSE may remember the old count under the old one
  const isSame = linked.inode === statFd(fd).inode && linked.links === 2;
  unlinkFile(at, second);
  return isSame;
}

/** An odd second with odd nanoseconds; FAT keeps even seconds. */
const probeTime = 1_600_000_001_123_456_789n;
const grains = [1n, 100n, 1_000n, 1_000_000n, 1_000_000_000n, 2_000_000_000n] as const;

function timeGrain(fd: number): number {
  if (!succeeds(() => setTimes(fd, probeTime, probeTime))) return Number(grains.at(-1));
  const kept = statFd(fd).modifiedNs;
  return Number(grains.find((grain) => (probeTime / grain) * grain === kept) ?? grains.at(-1));
}

function keepsOwners(fd: number): boolean {
  return succeeds(() => setOwner(fd, 1, 2)) && statFd(fd).uid === 1 && statFd(fd).gid === 2;
}
