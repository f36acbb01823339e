import { type FileKind, kindOfMode } from "./file-kind.ts";

/** Facts in what `copyStat` of raw-stat.ts keeps. */

export function kindIn(stat: Buffer): FileKind {
  return kindOfMode(stat.readUInt16LE(12));
}

export function linksIn(stat: Buffer): number {
  return stat.readUInt32LE(0);
}

export function ownerIn(stat: Buffer): number {
  return stat.readUInt32LE(4);
}

export function inodeIn(stat: Buffer): bigint {
  return stat.readBigUInt64LE(16);
}

export function sizeBytesIn(stat: Buffer): number {
  return stat.readUInt32LE(24) + stat.readUInt32LE(28) * 2 ** 32;
}

export function allocatedBytesIn(stat: Buffer): number {
  return (stat.readUInt32LE(32) + stat.readUInt32LE(36) * 2 ** 32) * 512;
}

export function modifiedNsIn(stat: Buffer): bigint {
  return stat.readBigInt64LE(96) * 1_000_000_000n + BigInt(stat.readUInt32LE(104));
}

export function deviceIn(stat: Buffer): number {
  return stat.readUInt32LE(120) * 0x100000 + stat.readUInt32LE(124);
}
