import { type DeviceTurn, inTurn } from "../host/device-turn.ts";
import { readInto, writeBack, writeFully } from "../host/posix.ts";
import type { RawPath } from "../lib/raw-path.ts";

export interface StoredFile {
  readonly fd: number;
  readonly turn: DeviceTurn;
  /** That an error names. */
  readonly path?: RawPath;
}

const burstBytes = 2 ** 18;

/**
 * Writes all of `bytes`. What is not small goes to the device in bursts, one at a time in a whole job, that are waited
 * for: nothing piles up in the cache or before the device, which others want, too (docs/decisions/0021).
 * @throws SystemError ENOSPC, EIO, …
 */
export function writeGently({ fd, path, turn }: StoredFile, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.byteLength; at += burstBytes) {
    const burst = bytes.subarray(at, at + burstBytes);
    writeFully(fd, burst, position + at, path);
    if (burst.byteLength === burstBytes) inTurn(turn, () => writeBack(fd, position + at, burstBytes));
  }
}

/** Fills the buffer as `readFully` does; what is not small comes from the device in such bursts. @throws SystemError */
export function readGently({ fd, path, turn }: StoredFile, buffer: Uint8Array, position: number): number {
  let done = 0;
  while (done < buffer.byteLength) {
    const part = buffer.subarray(done, done + burstBytes);
    const read = () => readInto(fd, part, position + done, path);
    const count = part.byteLength === burstBytes ? inTurn(turn, read) : read();
    if (count === 0) break;
    done += count;
  }
  return done;
}
