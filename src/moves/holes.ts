import { seekData, seekHole } from "../host/posix.ts";
import type { FileStat } from "../host/stat.ts";
import { hasCode } from "../lib/errors.ts";

export type Range = readonly [offset: number, length: number];

/**
 * The parts of a file that hold no data, in order; none for a file that is not sparse or where the file system
 * cannot tell (HAZARDS M13).
 */
export function findHoles(fd: number, stat: FileStat): readonly Range[] {
  if (stat.allocatedBytes >= stat.sizeBytes) return [];
  const holes: Range[] = [];
  try {
    for (let offset = 0; offset < stat.sizeBytes; ) {
      const data = seekData(fd, offset) ?? stat.sizeBytes;
      if (data > offset) holes.push([offset, data - offset]);
      offset = data >= stat.sizeBytes ? data : seekHole(fd, data);
    }
  } catch (error) {
    if (hasCode(error, "EINVAL", "EOPNOTSUPP")) return [];
    throw error;
  }
  return holes;
}

/**
 * Calls `write` with each part of the buffer that does not lie in a hole; `position` is where the buffer begins. A hole
 * is what a file system said once, and some have said so of data (ZFS in 2023): bytes that are not zero are written.
 */
export function writeAround(
  holes: readonly Range[],
  buffer: Uint8Array,
  at: { readonly position: number; readonly write: (part: Uint8Array, position: number) => void },
): void {
  const end = at.position + buffer.byteLength;
  let from = at.position;
  for (const [offset, length] of holes) {
    if (offset + length <= from) continue;
    if (offset >= end) break;
    if (!isZero(buffer.subarray(Math.max(offset, from) - at.position, Math.min(offset + length, end) - at.position)))
      continue;
    if (offset > from) at.write(buffer.subarray(from - at.position, offset - at.position), from);
    from = Math.min(offset + length, end);
  }
  if (from < end) at.write(buffer.subarray(from - at.position), from);
}

const zeros = Buffer.alloc(2 ** 16);

function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.byteLength; at += zeros.length) {
    const part = bytes.subarray(at, at + zeros.length);
    if (zeros.compare(part, 0, part.byteLength, 0, part.byteLength) !== 0) return false;
  }
  return true;
}
