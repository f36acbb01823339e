import { readInto, writeBack, writeFully } from "../host/posix.ts";
import type { RawPath } from "../lib/raw-path.ts";

/** Held by the one thread of a job whose burst the tier's device is busy with. */
export type DeviceTurn = Int32Array<SharedArrayBuffer>;

export interface StoredFile {
  readonly fd: number;
  readonly turn: DeviceTurn;
  /** That an error names. */
  readonly path?: RawPath;
}

const burstBytes = 2 ** 18;
const [free, taken] = [0, 1] as const;

export function newDeviceTurn(): DeviceTurn {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

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

function inTurn<T>(turn: DeviceTurn, work: () => T): T {
  while (Atomics.compareExchange(turn, 0, free, taken) !== free) Atomics.wait(turn, 0, taken);
  try {
    return work();
  } finally {
    Atomics.store(turn, 0, free);
    Atomics.notify(turn, 0, 1);
  }
}
