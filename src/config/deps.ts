import { readLinkText, readText } from "../host/files.ts";
import { machineName, namesIn } from "../host/machine.ts";
import { hasCode } from "../lib/errors.ts";
import { isWithin, type RawPath, rawPath, textOf } from "../lib/raw-path.ts";
import { type Mount, mountOf, readMounts } from "../tiers/mounts.ts";

/** The facts that a configuration is judged by; tests give their own. */
export interface ConfigDeps {
  /** @throws ENOENT, EACCES, … */
  readonly readText: (path: string) => string;
  /** @throws ENOENT, EACCES, … */
  readonly listNames: (directory: string) => readonly string[];
  /** Where a symbolic link points; `undefined` for anything else, also for nothing. */
  readonly readLink: (path: string) => string | undefined;
  /** The mount that holds a path without links. */
  readonly mountOf: (path: string) => MountFacts | undefined;
  /** The path may lie where a look can block: on a network, under an automount, on FUSE. */
  readonly mayHang: (path: string) => boolean;
  readonly machineName: () => string;
}

/** What the checks need to know of a mount. */
export type MountFacts = Pick<Mount, "device" | "fsType" | "mountPoint" | "options">;

/** The facts of this machine; the mount table is read once. */
export function realConfigDeps(): ConfigDeps {
  const mounts = readMounts();
  return {
    readText,
    listNames: namesIn,
    readLink: linkTarget,
    mountOf: (path) => mountOf(mounts, rawPath(path)),
    mayHang: (path) => mayHang(mounts, rawPath(path)),
    machineName,
  };
}

function linkTarget(path: string): string | undefined {
  try {
    const target = readLinkText(path) as RawPath;
    return textOf(target);
  } catch (error) {
    if (hasCode(error, "EINVAL", "ENOENT", "ENOTDIR", "EACCES", "ELOOP", "ENAMETOOLONG")) return undefined;
    throw error;
  }
}

/** File systems that answer from this machine's own disks and memory. */
const localTypes: ReadonlySet<string> = new Set([
  ...["ext2", "ext3", "ext4", "xfs", "btrfs", "bcachefs", "zfs", "f2fs", "jfs", "reiserfs", "vfat", "exfat", "ntfs3"],
  ...["tmpfs", "ramfs", "rootfs", "devtmpfs", "overlay", "squashfs", "erofs", "iso9660", "proc", "sysfs"],
]);

function mayHang(mounts: readonly Mount[], path: RawPath): boolean {
  const mount = mountOf(mounts, path);
  if (mount === undefined || !localTypes.has(mount.fsType)) return true;
  return mounts.some((one) => one.fsType === "autofs" && isWithin(path, one.mountPoint));
}
