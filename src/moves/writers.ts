import { setLease } from "../host/posix.ts";
import { hasCode } from "../lib/errors.ts";

export type WriterVerdict = "free" | "open-for-writing" | "open-unknown";

/**
 * Asks the kernel whether anybody has the file open for writing, in any container or namespace: a read lease
 * is taken and given back at once (HAZARDS M7). The process must have a handler for SIGIO before the first
 * probe, since a writer that opens in that instant makes the kernel send it (M28).
 */
export function probeLease(fd: number): WriterVerdict {
  try {
    setLease(fd, "read");
  } catch (error) {
    if (hasCode(error, "EAGAIN")) return "open-for-writing";
    if (error instanceof Error && "call" in error) return "open-unknown";
    throw error;
  }
  setLease(fd, "none");
  return "free";
}

const leaseTypes = new Set(["ext2", "ext3", "ext4", "xfs", "btrfs", "tmpfs", "f2fs", "overlay"]);

/** Leases on this type of file system see every writer; elsewhere (NFS, FUSE) only `/proc` can be asked. */
export function hasLeases(filesystemType: string): boolean {
  return leaseTypes.has(filesystemType);
}
