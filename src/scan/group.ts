import { closeFd } from "../host/posix.ts";
import { keyBytes } from "../host/raw-stat.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { openDirectory } from "./open-directory.ts";
import type { ReadDirectory, Reading } from "./reading.ts";
import {
  type Block,
  type BlockRecord,
  emptyRecord,
  firstRecord,
  joinBlock,
  nameRecord,
  openBlock,
  readRecord,
  recordBytes,
  recordKey,
  recordName,
} from "./records.ts";

/** The directories in one directory, while they are walked. */
export interface Group {
  /** Of the directory that they are in, from the root. */
  readonly path: RawPath;
  /** Under which the index has the block. */
  readonly key: RawPath;
  readonly block: Block;
  readonly record: BlockRecord;
  /** Where the next record begins. */
  next: number;
  /** Records that this scan makes anew, by where they stand; `undefined`: the directory is gone. */
  readonly changes: Map<number, Uint8Array | undefined>;
  /** All records were seen. */
  isSpent: boolean;
  /** Directories that are being read. */
  outstanding: number;
  /** The index has not this block yet. */
  isNew: boolean;
  fd: number | undefined;
}

export function openGroup(path: RawPath, block: Block): Group {
  return { ...freshGroup(path, block), isNew: false };
}

/** The group of a directory that was just read, with what was known before of the directories in it. */
export function groupOfReading(reading: ReadDirectory, before: Uint8Array | undefined): Group {
  const known = before === undefined ? new Map<RawPath, Buffer>() : recordsByName(openBlock(before));
  const records = reading.subdirectories.map((name) => known.get(name) ?? nameRecord(name));
  return freshGroup(reading.path, joinBlock(recordKey(reading.record), records));
}

/** No directory has this path from the root, so the record of the root itself stands there. */
const aboveRoot = "/" as RawPath;

/** The group in which the root is alone; `before` as it is in the index. */
export function groupOfRoot(read: (path: RawPath) => Uint8Array | undefined): Group {
  const before = read(aboveRoot);
  const root = "" as RawPath;
  const group =
    before === undefined
      ? freshGroup(root, joinBlock(new Uint8Array(keyBytes), [nameRecord(root)]))
      : openGroup(root, openBlock(before));
  return { ...group, key: aboveRoot };
}

function freshGroup(path: RawPath, block: Block): Group {
  const place = { path, key: path, block, record: emptyRecord(), next: firstRecord };
  return { ...place, changes: new Map(), isSpent: false, outstanding: 0, isNew: true, fd: undefined };
}

/** Goes to the next record; false when all were seen. */
export function advance(group: Group): boolean {
  group.isSpent = !readRecord(group.block, group.next, group.record);
  if (!group.isSpent) group.next = group.record.end;
  return !group.isSpent;
}

/** The descriptor through which the directories in it are looked at. @throws SystemError when it is gone */
export function groupFd(group: Group, root: number): number {
  group.fd ??= openDirectory(root, group.path);
  return group.fd;
}

export function closeGroup(group: Group): void {
  if (group.fd !== undefined) closeFd(group.fd);
  group.fd = undefined;
}

/** Notes what became of the directory whose record stands at `at`; what nobody can vouch for is known by name alone. */
export function noteReading(
  group: Group,
  at: number,
  { name, reading }: { readonly name: RawPath; readonly reading: Reading<ReadDirectory> },
): void {
  if (reading.state === "gone") group.changes.set(at, undefined);
  else group.changes.set(at, reading.state === "read" && reading.isVouchedFor ? reading.record : nameRecord(name));
}

/** The block as this scan leaves it; `undefined` when the index has it so already. */
export function changedBlock({ block, changes, isNew }: Group): Uint8Array | undefined {
  if (changes.size === 0) return isNew ? block.bytes : undefined;
  const records: Uint8Array[] = [];
  const record = emptyRecord();
  for (let at = firstRecord; readRecord(block, at, record); at = record.end) {
    const changed = changes.has(at) ? changes.get(at) : recordBytes(block, record);
    if (changed !== undefined) records.push(changed);
  }
  return joinBlock(block.bytes.subarray(0, firstRecord), records).bytes;
}

function recordsByName(block: Block): ReadonlyMap<RawPath, Buffer> {
  const records = new Map<RawPath, Buffer>();
  const record = emptyRecord();
  for (let at = firstRecord; readRecord(block, at, record); at = record.end)
    records.set(recordName(block, record), recordBytes(block, record));
  return records;
}
