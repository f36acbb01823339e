import type { RawPath } from "../lib/raw-path.ts";
import { addressOf, bind, lastErrorName, SystemError } from "./native.ts";
import { lookAtAddress } from "./raw-stat.ts";

/** The entry of a directory that is being visited; the next one takes its place. */
export interface VisitedEntry {
  readonly name: RawPath;
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
  let at = 0;
  const entry = {
    name: "" as RawPath,
    type: "unknown" as VisitedEntry["type"],
    look: () => lookAtAddress(fd, blockAddress + at + nameOffset),
  };
  for (let length = readBlock(fd); length > 0; length = readBlock(fd)) {
    for (at = 0; at < length; at += blockBytes.readUInt16LE(at + lengthOffset)) {
      entry.name = nameIn(at + nameOffset, at + blockBytes.readUInt16LE(at + lengthOffset));
      if (entry.name === "." || entry.name === "..") continue;
      entry.type = types[blockBytes[at + typeOffset] ?? 0] ?? "other";
      visit(entry);
    }
  }
}

function readBlock(fd: number): number {
  const length = getdents64(fd, blockAddress, block.byteLength);
  if (length === -1) throw new SystemError(lastErrorName(), "getdents64", "");
  return length;
}

/** The kernel pads each entry to eight bytes, so the end of the name is among the last of them. */
function nameIn(from: number, entryEnd: number): RawPath {
  let end = Math.max(from, entryEnd - 8);
  while (blockBytes[end] !== 0) end += 1;
  return blockBytes.toString("latin1", from, end) as RawPath;
}
