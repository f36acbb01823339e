import { listDirectory, resolvePath } from "../host/files.ts";
import { fileSystemOf, fileSystemUuid, formatUuid } from "../host/filesystem.ts";
import { closeFd, open, openRoot, readFully } from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import { hasCode } from "../lib/errors.ts";
import { joinPath, type RawPath, rawPath } from "../lib/raw-path.ts";
import type { Mount } from "./mounts.ts";

/**
 * What stays the same of a file system over mounts and boots: its UUID; else its fsid in hex; else, for
 * network file systems, where it comes from. `undefined` where this process cannot find out (no root, before
 * Linux 6.9, no udev). Never `st_dev`: that changes at each boot.
 */
export function filesystemId(fd: number, mount: Mount): string | undefined {
  const uuid = fileSystemUuid(fd);
  if (uuid !== undefined) return uuid;
  if (isOnDevice(mount)) return uuidOfDevice(mount) ?? uuidOfLinks(mount) ?? fileSystemOf(fd).fsid;
  return fileSystemOf(fd).fsid ?? mount.source;
}

/** An id as people read it, short: `UUID 9a1e0c5e…`, `fsid 01fe2a77…`, or the source of a network file system. */
export function describeFilesystemId(id: string): string {
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(id)) return `UUID ${id.slice(0, 8)}…`;
  return /^[0-9a-f]{16}$/.test(id) ? `fsid ${id.slice(0, 8)}…` : id;
}

/** FUSE may show a directory of /dev/shm, whose name looks like a device's. */
function isOnDevice({ source }: Mount): boolean {
  if (!source.startsWith("/dev/")) return false;
  const fd = openIfAllowed(rawPath(source), open.O_PATH);
  if (fd === undefined) return true;
  const { kind } = statFd(fd);
  closeFd(fd);
  return kind !== "directory";
}

const superblockBytes = 0x10000 + 0x1000;

function uuidOfDevice(mount: Mount): string | undefined {
  const fd = openIfAllowed(rawPath(mount.source));
  if (fd === undefined) return undefined;
  try {
    const bytes = Buffer.alloc(superblockBytes);
    readFully(fd, bytes, 0);
    return uuidInSuperblock(bytes);
  } finally {
    closeFd(fd);
  }
}

function openIfAllowed(path: RawPath, flags: number = open.O_RDONLY): number | undefined {
  try {
    return openRoot(path, flags);
  } catch (error) {
    if (hasCode(error, "EACCES", "EPERM", "ENOENT", "ENXIO", "ENODEV")) return undefined;
    throw error;
  }
}

/** The UUID in the first 68 KiB of a device with ext2/3/4, XFS or btrfs (their on-disk formats; see blkid(8)). */
export function uuidInSuperblock(bytes: Buffer): string | undefined {
  if (bytes.length < superblockBytes) return undefined;
  if (bytes.readUInt16LE(0x438) === 0xef53) return formatUuid(bytes.subarray(0x468));
  if (bytes.toString("latin1", 0, 4) === "XFSB") return formatUuid(bytes.subarray(32));
  if (bytes.toString("latin1", 0x10040, 0x10048) === "_BHRfS_M") return formatUuid(bytes.subarray(0x10020));
  return undefined;
}

const linkDirectory = "/dev/disk/by-uuid" as RawPath;

/** udev's links name the UUID of each device, readable for everybody. */
function uuidOfLinks(mount: Mount): string | undefined {
  const fd = openIfAllowed(linkDirectory);
  if (fd === undefined) return undefined;
  try {
    const device = resolvePath(rawPath(mount.source));
    for (const { name } of listDirectory(fd)) if (resolvesTo(joinPath(linkDirectory, name), device)) return name;
    return undefined;
  } finally {
    closeFd(fd);
  }
}

function resolvesTo(link: RawPath, device: RawPath): boolean {
  try {
    return resolvePath(link) === device;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false; // a link that udev has not removed yet
    throw error;
  }
}
