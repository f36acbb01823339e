import { bind, lastErrorName, SystemError } from "./native.ts";

/** What statfs(2) tells of the file system that an open file lies on. */
export interface FileSystemFacts {
  /** The kernel's magic number for the type. */
  readonly typeMagic: number;
  readonly sizeBytes: number;
  readonly usedBytes: number;
  /** What a process without privilege may still write. */
  readonly freeBytes: number;
  /** 0 where the file system does not count them. */
  readonly inodes: number;
  readonly freeInodes: number;
  readonly nameMaxBytes: number;
  readonly readOnly: boolean;
  /** 16 hex digits; absent where it is nothing, or only the device's number, which changes. */
  readonly fsid: string | undefined;
}

const fstatfs = bind("int fstatfs(int, void*)");
const ioctl = bind("int ioctl(int, unsigned long, void*)");
const statx = bind("int statx(int, const void*, int, unsigned int, void*)");

const statfsBuffer = Buffer.alloc(120);
const statxBuffer = Buffer.alloc(256);
const uuidBuffer = Buffer.alloc(17);
const empty = Buffer.alloc(1);
const getUuid = 0x80111500; // FS_IOC_GETFSUUID, from Linux 6.9 on
const atEmptyPath = 0x1000;
const attributeMountRoot = 0x2000;

/** Asks the file system itself, so it hangs with it. @throws SystemError */
export function fileSystemOf(fd: number): FileSystemFacts {
  if (fstatfs(fd, statfsBuffer) !== 0) throw new SystemError(lastErrorName(), "fstatfs", "");
  const field = (index: number) => Number(statfsBuffer.readBigUInt64LE(index * 8));
  // FUSE and some network file systems count in fragments, whose size differs from the preferred block.
  const unit = field(9) || field(1);
  return {
    typeMagic: field(0),
    sizeBytes: field(2) * unit,
    usedBytes: (field(2) - field(3)) * unit,
    freeBytes: field(4) * unit,
    inodes: field(5),
    freeInodes: field(6),
    nameMaxBytes: field(8),
    readOnly: (field(10) & 1) !== 0,
    fsid: stableFsid(fd),
  };
}

/** XFS and others fill in the device's number, which the next boot may give to another one. */
function stableFsid(fd: number): string | undefined {
  const low = statfsBuffer.readUInt32LE(56);
  const high = statfsBuffer.readUInt32LE(60);
  if ((low === 0 && high === 0) || (high === 0 && low === deviceNumberOf(fd))) return undefined;
  return low.toString(16).padStart(8, "0") + high.toString(16).padStart(8, "0");
}

function deviceNumberOf(fd: number): number {
  readStatx(fd);
  const major = statxBuffer.readUInt32LE(136);
  const minor = statxBuffer.readUInt32LE(140);
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

/** The file system's own UUID as the kernel tells it; `undefined` before Linux 6.9 and where there is none. */
export function fileSystemUuid(fd: number): string | undefined {
  if (ioctl(fd, getUuid, uuidBuffer) !== 0) {
    const code = lastErrorName();
    if (code === "ENOTTY" || code === "EINVAL" || code === "EOPNOTSUPP" || code === "ENOSYS") return undefined;
    throw new SystemError(code, "ioctl FS_IOC_GETFSUUID", "");
  }
  const uuid = uuidBuffer.subarray(1, 17);
  // An image that was made without one has zeros, as many others may have.
  return uuidBuffer[0] === 16 && uuid.some((byte) => byte !== 0) ? formatUuid(uuid) : undefined;
}

/** 16 bytes as `9a1e0c5e-…`. */
export function formatUuid(bytes: Buffer): string {
  const hex = bytes.toString("hex", 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** The open directory is what a mount shows at its mount point. @throws SystemError */
export function isMountRoot(fd: number): boolean {
  readStatx(fd);
  return (statxBuffer.readUInt32LE(8) & attributeMountRoot) !== 0;
}

function readStatx(fd: number): void {
  if (statx(fd, empty, atEmptyPath, 0, statxBuffer) !== 0) throw new SystemError(lastErrorName(), "statx", "");
}
