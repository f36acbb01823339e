import { statBytes } from "../host/raw-stat.ts";
import { modifiedNsIn, sizeBytesIn } from "../host/stat-bytes.ts";
import type { RawPath } from "../lib/raw-path.ts";

/** Packs what a directory loses into a few rows, since a row for each of a million files costs more than removing it. */
export interface Packer {
  readonly add: (directory: number, name: RawPath, stat: Buffer) => void;
  /** Hands over what is not handed over yet. */
  readonly flush: () => void;
  readonly totals: () => PackedTotals;
}

export interface PackedTotals {
  readonly files: number;
  readonly bytes: number;
  readonly oldestNs: bigint | undefined;
}

export const noTotals: PackedTotals = { files: 0, bytes: 0, oldestNs: undefined };

export function addTotals(one: PackedTotals, other: PackedTotals): PackedTotals {
  const [first, second] = [one.oldestNs ?? other.oldestNs, other.oldestNs ?? one.oldestNs];
  const oldestNs = first === undefined || second === undefined || first < second ? first : second;
  return { files: one.files + other.files, bytes: one.bytes + other.bytes, oldestNs };
}

const packBytes = 65_536;
const longestRecord = 1 + 255 + statBytes;

export function openPacker(store: (directory: number, packed: Buffer) => void): Packer {
  const buffer = Buffer.alloc(packBytes);
  let [owner, used, files, bytes] = [0, 0, 0, 0];
  let oldestNs: bigint | undefined;
  const flush = () => {
    if (used > 0) store(owner, buffer.subarray(0, used));
    used = 0;
  };
  return {
    flush,
    add: (directory, name, stat) => {
      if (directory !== owner || used + longestRecord > packBytes) flush();
      owner = directory;
      buffer[used] = name.length;
      buffer.write(name, used + 1, "latin1");
      stat.copy(buffer, used + 1 + name.length);
      used += 1 + name.length + statBytes;
      files += 1;
      bytes += sizeBytesIn(stat);
      const modifiedNs = modifiedNsIn(stat);
      if (oldestNs === undefined || modifiedNs < oldestNs) oldestNs = modifiedNs;
    },
    totals: () => ({ files, bytes, oldestNs }),
  };
}

/** What a packed row holds, in the order in which it was added. */
export function unpack(packed: Uint8Array): readonly { readonly name: RawPath; readonly stat: Buffer }[] {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  const removals: { readonly name: RawPath; readonly stat: Buffer }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const nameEnd = at + 1 + (bytes[at] ?? 0);
    const name = bytes.toString("latin1", at + 1, nameEnd) as RawPath;
    removals.push({ name, stat: bytes.subarray(nameEnd, nameEnd + statBytes) });
    at = nameEnd + statBytes;
  }
  return removals;
}
