import { eachEntry, type VisitedEntry } from "../host/each-entry.ts";
import { fileSystemOf } from "../host/filesystem.ts";
import { closeFd } from "../host/posix.ts";
import {
  deviceOfStat,
  isDirectory,
  isRegular,
  lookAtFd,
  mountIdOfStat,
  ownershipOfStat,
  readKey,
  sizeOfStat,
  stampMs,
} from "../host/raw-stat.ts";
import { hasCode, messageOf } from "../lib/errors.ts";
import { baseName, pathIn, type RawPath } from "../lib/raw-path.ts";
import { engineOfDirectory, isEngineMarker, mayBeEngineMarker } from "../policies/engine-data.ts";
import { compileSelection, type Matcher } from "../policies/patterns.ts";
import { activeNames, mayBeRotated } from "../policies/rotation.ts";
import { openDirectory } from "./open-directory.ts";
import type { ReadDirectory, ReadFiles, Reading } from "./reading.ts";
import { type DirectoryFacts, factsRecord } from "./records.ts";
import { newestStampMs, type ScanRule } from "./scan-rule.ts";
import { type ScanReason, startTally, type Tally, tallyOf } from "./tally.ts";

/** The tree that is scanned. */
export interface ScanRoot {
  /** Open. */
  readonly fd: number;
  readonly mountId: number;
  readonly device: number;
}

/** Reads one directory of a tree, by its path from the root. @throws SystemError for the root itself; Error for a bug */
export type DirectoryReader<Read extends ReadDirectory> = (path: RawPath) => Reading<Read>;

/** Reads directories of which the regular files count. */
export function directoryReader(root: ScanRoot, rule: ScanRule, now: () => number): DirectoryReader<ReadFiles> {
  const by: By = { root, rule, matcher: compileSelection(rule), isTelling: tellsChanges(root.fd) };
  return (path) => {
    const lookedMs = now();
    return readBeneath(root, path, (fd) => readOpen(by, fd, { path, lookedMs }));
  };
}

/** Opens a directory for a reader; what vanished is gone, and what fails is told. @throws SystemError for the root itself */
export function readBeneath<Read extends ReadDirectory>(
  root: ScanRoot,
  path: RawPath,
  read: (fd: number) => Read,
): Reading<Read> {
  try {
    const fd = openDirectory(root.fd, path);
    try {
      return read(fd);
    } finally {
      closeFd(fd);
    }
  } catch (error) {
    if (path === "" || !(error instanceof Error) || !("call" in error)) throw error;
    if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP")) return { state: "gone", path };
    return { state: "failed", path, message: messageOf(error) };
  }
}

interface By {
  readonly root: ScanRoot;
  readonly rule: ScanRule;
  readonly matcher: Matcher;
  /** The root's file system tells every change by the directory's times. */
  readonly isTelling: boolean;
}

function readOpen(by: By, fd: number, { path, lookedMs }: Pick<Gathered, "path" | "lookedMs">): ReadFiles {
  lookAtFd(fd);
  const started = startGathering({ path, namesKept: by.rule.namesKept, key: readKey(), lookedMs });
  const owner = ownershipOfStat();
  const isElsewhere = mountIdOfStat() !== by.root.mountId;
  const isTelling = !isElsewhere && by.isTelling && (deviceOfStat() === by.root.device || tellsChanges(fd));
  const found = isElsewhere ? closed(started, "other-file-system") : readEntries(by, fd, started);
  const { subdirectories, candidates, candidateBytes, files, holdsTier, kept, problems } = found;
  // The folder of a tier is to be met at each scan; an error, too, leaves nothing to believe.
  const isVouchedFor = isTelling && !holdsTier && problems.length === 0;
  return {
    ...{ state: "read", path, record: factsRecord(baseName(path), found), isVouchedFor, owner },
    ...{ subdirectories, candidates, old: candidates.length, oldBytes: candidateBytes, activeNames: found.activeNames },
    ...{ files, holdsTier, kept, problems },
  };
}

/** File systems on which each change of a directory's entries changes its mtime and ctime at once. */
const telling: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x9123683e, 0x01021994]); // ext2/3/4, XFS, btrfs, tmpfs

/** The file system of an open file changes a directory's times with each change of its entries. */
export function tellsChanges(fd: number): boolean {
  return telling.has(fileSystemOf(fd).typeMagic);
}

/** What is gathered while the entries go by. */
interface Gathered extends DirectoryFacts {
  readonly path: RawPath;
  readonly namesKept: boolean;
  oldestMs: number;
  newestMs: number;
  readonly subdirectories: RawPath[];
  readonly candidates: RawPath[];
  candidateBytes: number;
  activeNames: readonly RawPath[];
  readonly tallies: Tally[];
  readonly kept: { readonly code: ScanReason; readonly name: RawPath }[];
  readonly problems: { readonly name: RawPath; readonly message: string }[];
  files: number;
  holdsTier: boolean;
}

type Start = Pick<Gathered, "path" | "namesKept" | "key" | "lookedMs">;

function startGathering({ path, namesKept, key, lookedMs }: Start): Gathered {
  return {
    ...{ path, namesKept, key, lookedMs, oldestMs: Number.POSITIVE_INFINITY, newestMs: Number.NEGATIVE_INFINITY },
    ...{ subdirectories: [], candidates: [], candidateBytes: 0, activeNames: [], tallies: [] },
    ...{ kept: [], problems: [], files: 0, holdsTier: false },
  };
}

/** Left alone with all that lies in it. */
function closed(found: Gathered, code: ScanReason): Gathered {
  const all = { ...startGathering(found), holdsTier: found.holdsTier };
  keep(all, code, { name: "" as RawPath });
  return all;
}

function readEntries(by: By, fd: number, found: Gathered): Gathered {
  const markers: RawPath[] = [];
  const rotated: RawPath[] = [];
  eachEntry(fd, (entry) => {
    const { bytes, from, to } = entry;
    if (mayBeEngineMarker(bytes[from] ?? 0, to - from) && isEngineMarker(entry.name)) markers.push(entry.name);
    if (mayBeRotated(bytes, from, to)) rotated.push(entry.name);
    visit(by, found, entry);
  });
  if (markers.length > 0 && engineOfDirectory(markers) !== undefined) return closed(found, "engine-data");
  if (found.candidates.length > 0) found.activeNames = [...activeNames(rotated)];
  return found;
}

function visit(by: By, found: Gathered, entry: VisitedEntry): void {
  try {
    const isIn = entry.type === "directory" || (entry.type === "unknown" && entry.look() && isDirectory());
    if (isIn) visitDirectory(by, found, entry.name);
    else visitFile(by, found, entry);
  } catch (error) {
    if (!(error instanceof Error && "call" in error)) throw error;
    found.problems.push({ name: entry.name, message: messageOf(error) });
  }
}

const tiersOwn = ".tierkeep";

function visitDirectory({ matcher }: By, found: Gathered, name: RawPath): void {
  if (name === tiersOwn) found.holdsTier = true;
  if (name === tiersOwn || matcher.prunes(pathIn(found.path, name))) keep(found, "excluded", { name });
  else found.subdirectories.push(name);
}

function visitFile(by: By, found: Gathered, entry: VisitedEntry): void {
  found.files += 1;
  const { matcher } = by;
  const isSelected = matcher.selectsAll || matcher.selects(pathIn(found.path, entry.name));
  if (!isSelected) keep(found, "excluded", entry);
  else if (entry.look()) visitSelected(by, found, entry);
}

function visitSelected({ root, rule }: By, found: Gathered, entry: VisitedEntry): void {
  if (mountIdOfStat() !== root.mountId) keep(found, "other-file-system", entry);
  else if (!isRegular()) keep(found, "special-file", entry).bytes += sizeOfStat();
  else {
    const stamp = newestStampMs(rule);
    found.oldestMs = Math.min(found.oldestMs, stamp);
    found.newestMs = Math.max(found.newestMs, stamp);
    if (stamp > rule.nowMs - rule.olderThanMs) {
      keep(found, isFromTheFuture(rule) ? "from-the-future" : "too-young", entry).bytes += sizeOfStat();
    } else {
      found.candidates.push(entry.name);
      found.candidateBytes += sizeOfStat();
    }
  }
}

/** As `judgeAge` has it: stamps come from the kernel's coarse clock and may run a tick ahead. */
function isFromTheFuture({ nowMs }: ScanRule): boolean {
  return stampMs("ctime") > nowMs + 1 || stampMs("mtime") > nowMs + 1 || stampMs("btime") > nowMs + 1;
}

/** Counts one thing that stays, and returns the count, to which its bytes belong. */
function keep(found: Gathered, code: ScanReason, named: { readonly name: RawPath }): Tally {
  if (found.namesKept) found.kept.push({ code, name: named.name });
  const tally = tallyOf(found.tallies, code) ?? startTally(found.tallies, code, named.name);
  tally.count += 1;
  return tally;
}
