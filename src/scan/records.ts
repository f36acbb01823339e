import { keyBytes } from "../host/raw-stat.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { type ScanReason, scanReasons, type Tally } from "./tally.ts";

/** Changes with every change of the bytes below, and of what they mean. */
export const recordVersion = 1;

/**
 * What the index keeps of one directory that has others in it: the directory's own key, then a record for each of
 * those. A record is a name and, once that directory was read without an error, what was found there.
 */
export interface Block {
  readonly bytes: Buffer;
  readonly view: DataView;
}

/** A place in a block, and what the record there says; the next `readRecord` into it replaces that. */
export interface BlockRecord {
  at: number;
  end: number;
  nameFrom: number;
  nameTo: number;
  isKnown: boolean;
  hasSubdirectories: boolean;
  keyAt: number;
  /** The clock before the directory was opened. */
  lookedMs: number;
  oldestMs: number;
  newestMs: number;
  /** Tallies stand from there to `end`. */
  talliesFrom: number;
}

/** The same for one tally of a record. */
export interface TallyRecord {
  code: ScanReason;
  count: number;
  bytes: number;
  exampleFrom: number;
  end: number;
}

export const firstRecord = keyBytes;

const fixedBytes = 4;
const [knownFlag, subdirectoriesFlag] = [1, 2] as const;
const factsBytes = 3 * 8;
const tallyBytes = 14;
/** A stamp that was looked at in the very instant of a change, or that lies in the future, is taken for this much older. */
const capMs = 2_000;

export function openBlock(bytes: Uint8Array): Block {
  const { buffer, byteOffset, byteLength } = bytes;
  return { bytes: Buffer.from(buffer, byteOffset, byteLength), view: new DataView(buffer, byteOffset, byteLength) };
}

export function emptyRecord(): BlockRecord {
  return {
    ...{ at: 0, end: 0, nameFrom: 0, nameTo: 0, isKnown: false, hasSubdirectories: false },
    ...{ keyAt: 0, lookedMs: 0, oldestMs: 0, newestMs: 0, talliesFrom: 0 },
  };
}

export function emptyTally(): TallyRecord {
  return { code: "too-young", count: 0, bytes: 0, exampleFrom: 0, end: 0 };
}

/** Reads the record at `at` into `into`; false at the end of the block. */
export function readRecord({ bytes, view }: Block, at: number, into: BlockRecord): boolean {
  if (at >= bytes.length) return false;
  const flags = bytes[at + 3] ?? 0;
  into.at = at;
  into.end = at + view.getUint16(at, true);
  into.nameFrom = at + fixedBytes;
  into.nameTo = into.nameFrom + (bytes[at + 2] ?? 0);
  into.isKnown = (flags & knownFlag) !== 0;
  if (!into.isKnown) return true;
  into.hasSubdirectories = (flags & subdirectoriesFlag) !== 0;
  into.keyAt = into.nameTo;
  const facts = into.keyAt + keyBytes;
  into.lookedMs = view.getFloat64(facts, true);
  into.oldestMs = view.getFloat64(facts + 8, true);
  into.newestMs = view.getFloat64(facts + 16, true);
  into.talliesFrom = facts + factsBytes;
  return true;
}

export function recordName({ bytes }: Block, { nameFrom, nameTo }: BlockRecord): RawPath {
  return bytes.toString("latin1", nameFrom, nameTo) as RawPath;
}

/** Reads what stays in that directory for one reason, as of `lookedMs`; the first stands at `talliesFrom`. */
export function readTally({ bytes, view }: Block, at: number, into: TallyRecord): void {
  const code = scanReasons[bytes[at] ?? 0];
  if (code === undefined) throw new Error("the scan index holds a reason that nobody knows");
  into.code = code;
  into.count = view.getUint32(at + 1, true);
  into.bytes = view.getFloat64(at + 5, true);
  into.exampleFrom = at + tallyBytes;
  into.end = into.exampleFrom + (bytes[at + 13] ?? 0);
}

export function tallyExample({ bytes }: Block, { exampleFrom, end }: TallyRecord): RawPath {
  return bytes.toString("latin1", exampleFrom, end) as RawPath;
}

/** A directory of which no more is known than that it is there. */
export function nameRecord(name: RawPath): Buffer {
  const record = Buffer.alloc(fixedBytes + name.length);
  writeName(record, name);
  return record;
}

function writeName(record: Buffer, name: RawPath): void {
  record.writeUInt16LE(record.length, 0);
  record[2] = name.length;
  record.write(name, fixedBytes, "latin1");
}

/** What reading a directory tells of it. */
export interface DirectoryFacts {
  /** What it is known again by (`readKey`). */
  readonly key: Uint8Array;
  /** The clock before the directory was opened. */
  readonly lookedMs: number;
  /** Stamps of the regular files that the rule's names match; infinite where there are none. */
  readonly oldestMs: number;
  readonly newestMs: number;
  readonly subdirectories: readonly RawPath[];
  readonly tallies: readonly Tally[];
  readonly candidates: readonly RawPath[];
  readonly candidateBytes: number;
}

/** What was found in a directory; with what is old enough counted as it will be while the record is of use: too young. */
export function factsRecord(name: RawPath, facts: DirectoryFacts): Buffer {
  const tallies = asOfLater(facts);
  const factsAt = fixedBytes + name.length + keyBytes;
  const length = tallies.reduce((sum, { example }) => sum + tallyBytes + example.length, factsAt + factsBytes);
  const record = Buffer.alloc(length);
  writeName(record, name);
  record[3] = knownFlag | (facts.subdirectories.length > 0 ? subdirectoriesFlag : 0);
  record.set(facts.key, factsAt - keyBytes);
  const latest = facts.lookedMs - capMs;
  const hasFiles = facts.oldestMs !== Number.POSITIVE_INFINITY;
  record.writeDoubleLE(facts.lookedMs, factsAt);
  record.writeDoubleLE(hasFiles ? Math.min(facts.oldestMs, latest) : facts.oldestMs, factsAt + 8);
  record.writeDoubleLE(Math.min(facts.newestMs, latest), factsAt + 16);
  let at = factsAt + factsBytes;
  for (const tally of tallies) at = writeTally(record, at, tally);
  return record;
}

function asOfLater({ tallies, candidates, candidateBytes }: DirectoryFacts): readonly Tally[] {
  const [example] = candidates;
  if (example === undefined) return tallies;
  const young = tallies.find(({ code }) => code === "too-young");
  const others = tallies.filter((tally) => tally !== young);
  const count = (young?.count ?? 0) + candidates.length;
  return [
    ...others,
    { code: "too-young", count, bytes: (young?.bytes ?? 0) + candidateBytes, example: young?.example ?? example },
  ];
}

function writeTally(record: Buffer, at: number, { code, count, bytes, example }: Tally): number {
  record[at] = scanReasons.indexOf(code);
  record.writeUInt32LE(count, at + 1);
  record.writeDoubleLE(bytes, at + 5);
  record[at + 13] = example.length;
  return at + tallyBytes + record.write(example, at + tallyBytes, "latin1");
}

export function joinBlock(key: Uint8Array, records: readonly Uint8Array[]): Block {
  return openBlock(Buffer.concat([key, ...records]));
}

/** The bytes of a record, for another block. */
export function recordBytes({ bytes }: Block, { at, end }: BlockRecord): Buffer {
  return bytes.subarray(at, end);
}

/** The key in a record that stands by itself. */
export function recordKey(record: Uint8Array): Uint8Array {
  const from = fixedBytes + (record[2] ?? 0);
  return record.subarray(from, from + keyBytes);
}
