import { hasCode } from "../lib/errors.ts";
import { filesOpenForWriting } from "./open-files.ts";
import { setLease } from "./posix.ts";
import { statFd } from "./stat.ts";

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

/** What a source is asked by: leases, or for a file system without them what every process has open at one moment. */
export type WriterProbe = (fd: number) => WriterVerdict;

/** Without leases every process is asked now, once; ask again for what is done later. */
export function openWriterProbe(leases: boolean): WriterProbe {
  if (leases) return probeLease;
  const open = filesOpenForWriting();
  return (fd) => {
    const { device, inode } = statFd(fd);
    return open.isWritten(device, inode) ? "open-for-writing" : "free";
  };
}

const leaseTypes = new Set(["ext2", "ext3", "ext4", "xfs", "btrfs", "tmpfs", "f2fs", "overlay"]);

/** Leases on this type of file system see every writer; elsewhere (NFS, FUSE) only `/proc` can be asked. */
export function hasLeases(filesystemType: string): boolean {
  return leaseTypes.has(filesystemType);
}
