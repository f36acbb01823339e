import { bind, lastErrorName } from "../../src/host/native.ts";
import { closeFd, open, openRoot } from "../../src/host/posix.ts";
import { rawPath } from "../../src/lib/raw-path.ts";

const ioctl = bind("int ioctl(int, unsigned long, void*)");
const goingDown = 0x8004587d; // FS_IOC_SHUTDOWN
const withoutLogFlush = 2;

/**
 * Stops an ext4 or XFS file system as a power cut does: what was not written back is gone. Unmount and mount it again
 * to see what is left.
 */
export function cutPower(path: string): void {
  const flags = Buffer.alloc(4);
  flags.writeUInt32LE(withoutLogFlush);
  const fd = openRoot(rawPath(path), open.O_RDONLY);
  const result = ioctl(fd, goingDown, flags);
  const code = lastErrorName();
  closeFd(fd);
  if (result !== 0) throw new Error(`${path} cannot be shut down: ${code}`);
}
