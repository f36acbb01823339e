import type { RawPath } from "../lib/raw-path.ts";
import { addressOf, bind, lastErrorName, SystemError } from "./native.ts";
import { lookAtAddress } from "./raw-stat.ts";

/** The entry of a directory that is being visited; the next one takes its place. */
export interface VisitedEntry {
  /** Decoded when it is asked for. */
  readonly name: RawPath;
  /** The name stands there, from `from` to `to`. */
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  /** As the directory says; many file systems don't. */
  readonly type: "directory" | "other" | "unknown";
  /** Looks at it (raw-stat.ts has the answer); false when it is gone. @throws SystemError EACCES, EIO, … */
  readonly look: () => boolean;
}

const getdents64 = bind("long getdents64(int, int64_t, size_t)");

const block = new ArrayBuffer(65_536);
const blockBytes = Buffer.from(block);
const blockAddress = addressOf(block);
const [lengthOffset, typeOffset, nameOffset] = [16, 18, 19] as const;
const types: Readonly<Record<number, VisitedEntry["type"]>> = { 0: "unknown", 4: "directory" };

/**
 * Visits the entries of a directory that was just opened, without an object for each, for scans of millions of files.
 * The visitor must list no other directory. @throws SystemError
 */
export function eachEntry(fd: number, visit: (entry: VisitedEntry) => void): void {
  const entry = {
    bytes: blockBytes,
    from: 0,
    to: 0,
    type: "unknown" as VisitedEntry["type"],
    get name() {
      return blockBytes.toString("latin1", entry.from, entry.to) as RawPath;
    },
    look: () => lookAtAddress(fd, blockAddress + entry.from),
  };
  for (let length = readBlock(fd); length > 0; length = readBlock(fd)) {
    let end = 0;
    for (let at = 0; at < length; at = end) {
      end = at + blockBytes.readUInt16LE(at + lengthOffset);
      entry.from = at + nameOffset;
      entry.to = endOfName(entry.from, end);
      entry.type = types[blockBytes[at + typeOffset] ?? 0] ?? "other";
      if (!isDots(entry.from, entry.to)) visit(entry);
    }
  }
}

function readBlock(fd: number): number {
  const length = getdents64(fd, blockAddress, block.byteLength);
  if (length === -1) throw new SystemError(lastErrorName(), "getdents64", "");
  return length;
}

/** The kernel pads each entry to eight bytes, so the end of the name is among the last of them. */
function endOfName(from: number, entryEnd: number): number {
  let end = Math.max(from, entryEnd - 8);
  while (blockBytes[end] !== 0) end += 1;
  return end;
}

const dot = 0x2e;

/** `.` or `..`. */
function isDots(from: number, to: number): boolean {
  return to - from <= 2 && blockBytes[from] === dot && blockBytes[to - 1] === dot;
}
