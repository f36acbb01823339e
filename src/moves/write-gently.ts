import { writeBack, writeFully } from "../host/posix.ts";
import type { RawPath } from "../lib/raw-path.ts";

interface Staged {
  readonly fd: number;
  /** That an error names. */
  readonly path?: RawPath;
}

const burstBytes = 2 ** 20;
const worthWritingBack = 2 ** 18;

/**
 * Writes all of `bytes`, and what is not small goes to the device in bursts that are waited for: nothing piles up in the
 * cache, so that the sync of a batch does not hold up everybody else's (docs/decisions/0021).
 * @throws SystemError ENOSPC, EIO, …
 */
export function writeGently({ fd, path }: Staged, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.byteLength; at += burstBytes) {
    const burst = bytes.subarray(at, at + burstBytes);
    writeFully(fd, burst, position + at, path);
    if (burst.byteLength >= worthWritingBack) writeBack(fd, position + at, burst.byteLength);
  }
}
