import { hasKey, isOlderThanKey, lookAtBytes, mountIdOfStat } from "../host/raw-stat.ts";
import { pathIn, type RawPath } from "../lib/raw-path.ts";
import {
  advance,
  changedBlock,
  closeGroup,
  type Group,
  groupFd,
  groupOfReading,
  groupOfRoot,
  noteReading,
  openGroup,
} from "./group.ts";
import type { ScanRoot } from "./read-directory.ts";
import type { Readers } from "./readers.ts";
import type { ReadDirectory, Reading } from "./reading.ts";
import {
  type BlockRecord,
  emptyRecord,
  emptyTally,
  openBlock,
  readRecord,
  readTally,
  recordName,
  type TallyRecord,
  tallyExample,
} from "./records.ts";
import type { TreeIndex } from "./scan-index.ts";
import type { ScanRule } from "./scan-rule.ts";
import type { ScanSink } from "./scan-sink.ts";
import { type ScanCount, type ScanTotals, scanTotals } from "./scan-totals.ts";
import { examplePath, type ScanReason } from "./tally.ts";
import { mayPassOver, needsFullScan } from "./trust.ts";

export interface ScanRequest<Read extends ReadDirectory> {
  readonly root: ScanRoot;
  readonly rule: ScanRule;
  readonly index: TreeIndex;
  readonly readers: Readers<Read>;
  /** Read every directory, whatever the index says. */
  readonly isFull: boolean;
}

export interface Scanned {
  readonly kept: ReadonlyMap<ScanReason, ScanCount>;
  /** When the directory whose counts are the oldest was read; `undefined` when all were read now. */
  readonly keptAsOfMs: number | undefined;
}

/**
 * Walks a tree: directories that the index knows, and that are as they were, are passed over (docs/design/scanning.md);
 * all others are read. No link is followed, no mount crossed, and a name that vanishes meanwhile is passed over (HAZARDS
 * M22, D6). `rolled-back`: the tree is older than the index, so it has to be read in full, from the start.
 */
export async function scanTree<Read extends ReadDirectory>(
  request: ScanRequest<Read>,
  sink: ScanSink<Read>,
): Promise<Scanned | "rolled-back"> {
  const { rule, index, readers } = request;
  const isFull = request.isFull || needsFullScan(index.fullAtMs, rule.nowMs);
  const remembered = isFull ? () => undefined : index.read;
  const walk = startWalk(request, sink, remembered);
  try {
    for (;;) {
      while (!readers.isFull() && step(walk));
      if (walk.isRolledBack) return "rolled-back";
      if (walk.asked.size === 0) break;
      for (const reading of await readers.readings()) takeReading(walk, reading);
      sink.progress(walk.files);
    }
  } finally {
    for (const group of walk.stack) closeGroup(group);
  }
  index.finish({ startedMs: rule.nowMs, isFull });
  const { totals, keptAsOfMs } = walk;
  return { kept: totals.result(), keptAsOfMs: Number.isFinite(keptAsOfMs) ? keptAsOfMs : undefined };
}

interface Walk {
  readonly request: ScanRequest<ReadDirectory>;
  readonly sink: ScanSink<ReadDirectory>;
  readonly remembered: TreeIndex["read"];
  /** Groups that are walked, the deepest last: so the memory is that of a path, not of the tree. */
  readonly stack: Group[];
  /** What is being read, and where it will be noted. */
  readonly asked: Map<RawPath, { readonly group: Group; readonly at: number; readonly name: RawPath }>;
  readonly totals: ScanTotals;
  files: number;
  /** Infinite while no directory was passed over. */
  keptAsOfMs: number;
  readonly tally: TallyRecord;
  readonly record: BlockRecord;
  isRolledBack: boolean;
}

function startWalk(
  request: ScanRequest<ReadDirectory>,
  sink: ScanSink<ReadDirectory>,
  remembered: TreeIndex["read"],
): Walk {
  return {
    request,
    sink,
    remembered,
    stack: [groupOfRoot(remembered)],
    asked: new Map(),
    totals: scanTotals(),
    files: 0,
    keptAsOfMs: Number.POSITIVE_INFINITY,
    tally: emptyTally(),
    record: emptyRecord(),
    isRolledBack: false,
  };
}

/** Goes one directory on; false when there is none left to go to for now. */
function step(walk: Walk): boolean {
  const group = walk.stack.at(-1);
  if (group === undefined) return false;
  if (advance(group)) visit(walk, group);
  else {
    walk.stack.pop();
    closeGroup(group);
    rememberIfDone(walk, group);
  }
  return true;
}

function visit(walk: Walk, group: Group): void {
  const { record } = group;
  const verdict = record.isKnown ? lookAgain(walk, group) : "read";
  if (verdict === "read") ask(walk, group);
  if (group.isNew && (verdict === "passed" || verdict === "elsewhere")) walk.sink.passed(pathOf(group));
  if (verdict === "gone") group.changes.set(record.at, undefined);
  if (verdict === "elsewhere") {
    walk.totals.add({ code: "other-file-system", count: 1, bytes: 0 }, () => pathOf(group));
    walk.sink.kept("other-file-system", pathOf(group));
  }
}

/** Passes a known directory over if it is as it was; says what is to be done with it otherwise. */
function lookAgain(walk: Walk, group: Group): "passed" | "read" | "gone" | "elsewhere" {
  const { block, record } = group;
  const { root, rule } = walk.request;
  try {
    const isThere = lookAtBytes(groupFd(group, root.fd), block.bytes, record.nameFrom, record.nameTo);
    if (!isThere) return "gone";
  } catch (error) {
    // Whoever reads it says what is wrong.
    if (error instanceof Error && "call" in error) return "read";
    throw error;
  }
  if (mountIdOfStat() !== root.mountId) return "elsewhere";
  if (!hasKey(block.view, record.keyAt)) {
    walk.isRolledBack ||= isOlderThanKey(block.view, record.keyAt);
    return "read";
  }
  return mayPassOver(block, record, rule) && passOver(walk, group) ? "passed" : "read";
}

/** False when the index has lost what lies below it. */
function passOver(walk: Walk, group: Group): boolean {
  const { block, record } = group;
  if (record.hasSubdirectories && !goBelow(walk, pathOf(group))) return false;
  const { tally } = walk;
  for (let at = record.talliesFrom; at < record.end; at = tally.end) {
    readTally(block, at, tally);
    walk.totals.add(tally, () => examplePath(pathOf(group), tallyExample(block, tally)));
    walk.files += tally.count;
  }
  walk.keptAsOfMs = Math.min(walk.keptAsOfMs, record.lookedMs);
  return true;
}

function goBelow(walk: Walk, path: RawPath): boolean {
  const bytes = walk.remembered(path);
  if (bytes === undefined) return false;
  const block = openBlock(bytes);
  // Another process may have read it at another time: names and facts are then not of one moment.
  if (!hasKey(block.view, 0)) return false;
  walk.stack.push(openGroup(path, block));
  return true;
}

function pathOf({ path, block, record }: Group): RawPath {
  return pathIn(path, recordName(block, record));
}

function ask(walk: Walk, group: Group): void {
  const path = pathOf(group);
  walk.asked.set(path, { group, at: group.record.at, name: recordName(group.block, group.record) });
  group.outstanding += 1;
  walk.request.readers.ask(path);
}

function takeReading(walk: Walk, reading: Reading<ReadDirectory>): void {
  const asked = walk.asked.get(reading.path);
  if (asked === undefined) throw new Error("a directory was read that nobody asked for");
  const { group, at, name } = asked;
  walk.asked.delete(reading.path);
  group.outstanding -= 1;
  noteReading(group, at, { name, reading });
  if (reading.state === "failed") walk.sink.unreadable(reading.path, reading.message);
  if (reading.state === "read") {
    tell(walk, reading);
    if (reading.subdirectories.length > 0) walk.stack.push(groupOfReading(reading, walk.remembered(reading.path)));
  }
  rememberIfDone(walk, group);
}

function tell(walk: Walk, reading: ReadDirectory): void {
  const { path } = reading;
  walk.files += reading.files;
  countReading(walk, reading);
  for (const { code, name } of reading.kept) walk.sink.kept(code, examplePath(path, name));
  for (const { name, message } of reading.problems) walk.sink.unreadable(pathIn(path, name), message);
  if (reading.holdsTier) walk.sink.holdsTier(path);
  walk.sink.found(reading);
}

/** What its record counts, but for what is old enough now. */
function countReading({ totals, tally, record }: Walk, { path, ...reading }: ReadDirectory): void {
  const block = openBlock(reading.record);
  readRecord(block, 0, record);
  for (let at = record.talliesFrom; at < record.end; at = tally.end) {
    readTally(block, at, tally);
    if (tally.code === "too-young") {
      tally.count -= reading.old;
      tally.bytes -= reading.oldBytes;
    }
    if (tally.count > 0) totals.add(tally, () => examplePath(path, tallyExample(block, tally)));
  }
}

function rememberIfDone({ request }: Walk, group: Group): void {
  if (!group.isSpent || group.outstanding > 0) return;
  const block = changedBlock(group);
  if (block !== undefined) request.index.write(group.key, block);
}
