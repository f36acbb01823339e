import { openPacker, type PackedTotals, type Packer } from "../catalog/packed-removals.ts";
import { eachEntry, type VisitedEntry } from "../host/each-entry.ts";
import { rewindDirectory } from "../host/posix.ts";
import {
  copyStat,
  deviceOfStat,
  isDirectory,
  lookAtFd,
  mountIdOfStat,
  readKey,
  sizeOfStat,
  statBytes,
} from "../host/raw-stat.ts";
import { linksIn } from "../host/stat-bytes.ts";
import { lockIfFree } from "../host/users.ts";
import { hasCode, messageOf } from "../lib/errors.ts";
import { baseName, pathIn, type RawPath } from "../lib/raw-path.ts";
import { engineOfDirectory, isEngineMarker, mayBeEngineMarker } from "../policies/engine-data.ts";
import { compileSelection } from "../policies/patterns.ts";
import { type DirectoryReader, readBeneath, type ScanRoot, tellsChanges } from "../scan/read-directory.ts";
import type { ReadDirectory } from "../scan/reading.ts";
import { type DirectoryFacts, factsRecord } from "../scan/records.ts";
import { newestStampMs, type ScanRule } from "../scan/scan-rule.ts";
import { type ScanReason, startTally, type Tally, tallyOf } from "../scan/tally.ts";
import { openUseLook, type UseLook } from "./in-use.ts";
import {
  type InodeFacts,
  isReserved,
  type JudgeRule,
  judgeDirectory,
  judgeDirectoryStamps,
  judgeFile,
  newestOfDirectoryMs,
} from "./judge.ts";
import { factsOfLook, judgeDue, keptFactsOfLook } from "./judge-due.ts";

/** What a reader of scratch must know; plain data, since threads are told, too. */
export interface ScratchRule extends ScanRule {
  readonly filesystemType: string;
  /** Trees of other jobs, from the root. */
  readonly owned: readonly RawPath[];
}

/** What a thread is told at its start that reads scratch; descriptors are the process's own. */
export interface ScratchTask {
  readonly work: "read-scratch";
  readonly root: ScanRoot;
  readonly rule: ScratchRule;
}

export interface ReadScratch extends ReadDirectory {
  /** Its own facts (`copyStat`). */
  readonly stat: Uint8Array;
  /** Something in it that is no directory stays, or it is itself too young to go. */
  readonly stays: boolean;
  /** Why it stays even when it is empty. */
  readonly verdict: ScanReason | undefined;
  /** What is to go and has one link (`unpack`), and what that comes to. */
  readonly packs: readonly Uint8Array[];
  readonly packed: PackedTotals;
  /** What is to go and has several. */
  readonly linked: readonly { readonly name: RawPath; readonly stat: Uint8Array }[];
}

/** Reads directories of scratch with the eyes of `clean`; nothing on disk changes, access times included. */
export function scratchReader(root: ScanRoot, rule: ScratchRule, now: () => number): DirectoryReader<ReadScratch> {
  const { stamps: ageBy, olderThanMs, filesystemType, owned } = rule;
  const by: By = {
    ...{ root, rule, judgeRule: { matcher: compileSelection(rule), ageBy, olderThanMs } },
    ...{ owned: new Set(owned), look: openUseLook(filesystemType), isTelling: tellsChanges(root.fd) },
  };
  return (path) => {
    const lookedMs = now();
    return readBeneath(root, path, (fd) => readOpen(by, { fd, path, lookedMs }));
  };
}

interface By {
  readonly root: ScanRoot;
  readonly rule: ScratchRule;
  readonly judgeRule: JudgeRule;
  readonly owned: ReadonlySet<RawPath>;
  readonly look: UseLook;
  /** The root's file system tells every change by the directory's times. */
  readonly isTelling: boolean;
}

/** What is gathered while the entries go by. */
interface Gathered extends DirectoryFacts {
  readonly path: RawPath;
  readonly fd: number;
  readonly facts: InodeFacts;
  readonly stat: Buffer;
  oldestMs: number;
  newestMs: number;
  readonly subdirectories: RawPath[];
  readonly tallies: Tally[];
  readonly candidates: RawPath[];
  candidateBytes: number;
  readonly packs: Buffer[];
  readonly linked: { readonly name: RawPath; readonly stat: Buffer }[];
  readonly packer: Packer;
  readonly kept: { readonly code: ScanReason; readonly name: RawPath }[];
  readonly problems: { readonly name: RawPath; readonly message: string }[];
  files: number;
}

interface Opened {
  readonly fd: number;
  readonly path: RawPath;
  readonly lookedMs: number;
}

function readOpen(by: By, opened: Opened): ReadScratch {
  lookAtFd(opened.fd);
  const found = startGathering(opened);
  const closedBy = reasonToStayOut(by, found);
  if (closedBy === undefined) {
    rewindDirectory(opened.fd);
    eachEntry(opened.fd, (entry) => visit(by, found, entry));
    found.packer.flush();
  } else keep(by, found, { code: closedBy, name: self });
  return readingOf(by, found, closedBy);
}

/** Stands for the directory itself among the names in it. */
const self = "" as RawPath;

function readingOf(by: By, found: Gathered, closedBy: ScanReason | undefined): ReadScratch {
  const { path, facts, tallies, subdirectories, candidates, candidateBytes, problems } = found;
  const nowMs = by.rule.nowMs;
  const verdict = path === "" ? undefined : judgeDirectory({ path, facts }, by.judgeRule, nowMs);
  // Where nothing else stays, its own age says when it is to be looked at again.
  if (tallies.length === 0 && candidates.length === 0)
    found.oldestMs = Math.min(found.oldestMs, newestOfDirectoryMs(facts, by.judgeRule) ?? Number.POSITIVE_INFINITY);
  const isBare = tallies.length === 0 && candidates.length === 0 && subdirectories.length === 0;
  if (isBare && path !== "" && verdict !== undefined) keep(by, found, { code: verdict, name: self });
  const isYoung = judgeDirectoryStamps(facts, by.judgeRule, nowMs) !== undefined;
  // A lock is nothing that times tell of, and an error leaves nothing to believe.
  const isVouchedFor = by.isTelling && problems.length === 0 && closedBy !== "in-use" && closedBy !== "reserved";
  return {
    ...{ state: "read", path, record: factsRecord(baseName(path), found), isVouchedFor, subdirectories },
    ...{ old: candidates.length, oldBytes: candidateBytes, files: found.files, kept: found.kept, problems },
    ...{ holdsTier: false, stat: found.stat, stays: isYoung || tallies.length > 0 || problems.length > 0, verdict },
    ...{ packs: found.packs, packed: found.packer.totals(), linked: found.linked },
  };
}

function startGathering({ fd, path, lookedMs }: Opened): Gathered {
  const stat = Buffer.alloc(statBytes);
  copyStat(stat);
  const packs: Buffer[] = [];
  return {
    ...{ fd, path, lookedMs, stat, key: readKey(), facts: keptFactsOfLook() },
    ...{ oldestMs: Number.POSITIVE_INFINITY, newestMs: Number.NEGATIVE_INFINITY, subdirectories: [], tallies: [] },
    ...{ candidates: [], candidateBytes: 0, kept: [], problems: [], files: 0 },
    ...{ linked: [], packs, packer: openPacker((_, packed) => packs.push(Buffer.from(packed))) },
  };
}

/** A lock on a directory protects all below it (tmpfiles.d(5)). */
function reasonToStayOut({ root }: By, { fd }: Gathered): ScanReason | undefined {
  // A nested subvolume of btrfs lies on the same mount.
  if (mountIdOfStat() !== root.mountId || deviceOfStat() !== root.device) return "other-file-system";
  const markers: RawPath[] = [];
  let isTier = false;
  eachEntry(fd, (entry) => {
    const { bytes, from, to } = entry;
    if (mayBeEngineMarker(bytes[from] ?? 0, to - from) && isEngineMarker(entry.name)) markers.push(entry.name);
    if (bytes[from] === dot && entry.type !== "other" && entry.name === tiersOwn) isTier = true;
  });
  // Whatever path the configuration calls it by: a bind mount shows the same tree under another one.
  if (isTier) return "reserved";
  if (engineOfDirectory(markers) !== undefined) return "engine-data";
  return lockIfFree(fd) ? undefined : "in-use";
}

const dot = 0x2e;
const tiersOwn = ".tierkeep";

function visit(by: By, found: Gathered, entry: VisitedEntry): void {
  try {
    if (entry.type === "directory") visitDirectory(by, found, entry.name);
    else if (!entry.look()) return;
    else if (isDirectory()) visitDirectory(by, found, entry.name);
    else visitThing(by, found, entry.name);
  } catch (error) {
    if (!(error instanceof Error && "call" in error)) throw error;
    // It vanished, or is another thing by now.
    if (!hasCode(error, "ENOENT", "ELOOP", "ENOTDIR"))
      found.problems.push({ name: entry.name, message: messageOf(error) });
  }
}

function visitDirectory(by: By, found: Gathered, name: RawPath): void {
  const path = pathIn(found.path, name);
  if (isReserved(name)) keep(by, found, { code: "reserved", name });
  else if (by.owned.has(path)) keep(by, found, { code: "other-job", name });
  else if (by.judgeRule.matcher.prunes(path)) keep(by, found, { code: "excluded", name });
  else found.subdirectories.push(name);
}

function visitThing(by: By, found: Gathered, name: RawPath): void {
  found.files += 1;
  const bytes = sizeOfStat();
  const code = judgeThing(by, found, name);
  if (code !== undefined) {
    keep(by, found, { code, name, bytes });
    return;
  }
  found.candidates.push(name);
  found.candidateBytes += bytes;
  if (linksIn(dueStat) === 1) found.packer.add(0, name, dueStat);
  else found.linked.push({ name, stat: Buffer.from(dueStat) });
}

/** Of what is judged now; the next replaces it. */
const dueStat = Buffer.alloc(statBytes);

/** Why it stays; whatever its age may make due one day counts for when it is looked at again. */
function judgeThing(by: By, found: Gathered, name: RawPath): ScanReason | undefined {
  if (mountIdOfStat() !== by.root.mountId) return "other-file-system";
  const path = pathIn(found.path, name);
  copyStat(dueStat);
  const reason = judgeFile({ path, facts: factsOfLook() }, by.judgeRule, by.rule.nowMs);
  if (reason !== undefined && neverDue.has(reason)) return reason;
  const stampMs = newestStampMs(by.rule);
  found.oldestMs = Math.min(found.oldestMs, stampMs);
  found.newestMs = Math.max(found.newestMs, stampMs);
  if (reason !== undefined) return reason;
  if (found.facts.isGuarded) return "immutable";
  return judgeDue(by, { directory: found.fd, name, path }, dueStat);
}

/** What only another name, or another thing of that name, would change. */
const neverDue: ReadonlySet<ScanReason> = new Set<ScanReason>(["reserved", "excluded", "device-node", "engine-data"]);

interface Staying {
  readonly code: ScanReason;
  readonly name: RawPath;
  readonly bytes?: number;
}

function keep({ rule }: By, { tallies, kept }: Gathered, { code, name, bytes = 0 }: Staying): void {
  if (rule.namesKept) kept.push({ code, name });
  const tally = tallyOf(tallies, code) ?? startTally(tallies, code, name);
  tally.count += 1;
  tally.bytes += bytes;
}
