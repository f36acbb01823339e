import { eachEntry, type VisitedEntry } from "../host/each-entry.ts";
import { fileSystemOf } from "../host/filesystem.ts";
import { closeFd } from "../host/posix.ts";
import {
  deviceOfStat,
  isDirectory,
  isRegular,
  lookAtFd,
  mountIdOfStat,
  readKey,
  sizeOfStat,
  stampMs,
} from "../host/raw-stat.ts";
import { hasCode, messageOf } from "../lib/errors.ts";
import { pathIn, type RawPath } from "../lib/raw-path.ts";
import { engineOfDirectory, isEngineMarker } from "../policies/engine-data.ts";
import { compileSelection, type Matcher } from "../policies/patterns.ts";
import { activeNames, mayBeRotated } from "../policies/rotation.ts";
import { openDirectory } from "./open-directory.ts";
import type { ReadDirectory, Reading } from "./reading.ts";
import { newestStampMs, type ScanRule } from "./scan-rule.ts";
import { addToTally, type ScanReason, type Tally } from "./tally.ts";

/** The tree that is scanned. */
export interface ScanRoot {
  /** Open. */
  readonly fd: number;
  readonly mountId: number;
  readonly device: number;
}

/** Reads one directory of a tree, by its path from the root. @throws SystemError for the root itself; Error for a bug */
export type DirectoryReader = (path: RawPath) => Reading;

export function directoryReader(root: ScanRoot, rule: ScanRule, now: () => number): DirectoryReader {
  const matcher = compileSelection(rule);
  const isTelling = tellsChanges(root.fd);
  return (path) => {
    const lookedMs = now();
    try {
      const fd = openDirectory(root.fd, path);
      try {
        lookAtFd(fd);
        const reading = startReading(path, lookedMs);
        if (mountIdOfStat() !== root.mountId) return closed(reading, "other-file-system");
        const isTellingChanges = isTelling && (deviceOfStat() === root.device || tellsChanges(fd));
        return { ...readEntries({ root, rule, matcher }, reading, fd), isTellingChanges };
      } finally {
        closeFd(fd);
      }
    } catch (error) {
      if (path === "" || !(error instanceof Error) || !("call" in error)) throw error;
      if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP")) return { state: "gone", path };
      return { state: "failed", path, message: messageOf(error) };
    }
  };
}

/** File systems on which each change of a directory's entries changes its mtime and ctime at once. */
const telling: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x9123683e, 0x01021994]); // ext2/3/4, XFS, btrfs, tmpfs

function tellsChanges(fd: number): boolean {
  return telling.has(fileSystemOf(fd).typeMagic);
}

type Gathered = { -readonly [Key in keyof ReadDirectory]: ReadDirectory[Key] } & {
  readonly subdirectories: RawPath[];
  readonly candidates: RawPath[];
  readonly tallies: Tally[];
  readonly kept: { readonly code: ScanReason; readonly name: RawPath }[];
  readonly problems: { readonly name: RawPath; readonly message: string }[];
};

function startReading(path: RawPath, lookedMs: number): Gathered {
  return {
    state: "read",
    path,
    lookedMs,
    key: readKey(),
    subdirectories: [],
    oldestMs: Number.POSITIVE_INFINITY,
    newestMs: Number.NEGATIVE_INFINITY,
    candidates: [],
    candidateBytes: 0,
    activeNames: [],
    tallies: [],
    kept: [],
    problems: [],
    files: 0,
    holdsTier: false,
    isTellingChanges: false,
  };
}

/** Left alone with all that lies in it. */
function closed(reading: Gathered, code: ScanReason): Gathered {
  const tally = { code, count: 1, bytes: 0, example: "" as RawPath };
  const kept = [{ code, name: tally.example }];
  return {
    ...startReading(reading.path, reading.lookedMs),
    key: reading.key,
    holdsTier: reading.holdsTier,
    tallies: [tally],
    kept,
  };
}

interface By {
  readonly root: ScanRoot;
  readonly rule: ScanRule;
  readonly matcher: Matcher;
}

function readEntries(by: By, reading: Gathered, fd: number): Gathered {
  const markers = new Set<string>();
  const rotated: RawPath[] = [];
  eachEntry(fd, (entry) => {
    if (isEngineMarker(entry.name)) markers.add(entry.name);
    if (mayBeRotated(entry.name)) rotated.push(entry.name);
    visit(by, reading, entry);
  });
  if (markers.size > 0 && engineOfDirectory([...markers]) !== undefined) return closed(reading, "engine-data");
  if (reading.candidates.length > 0) reading.activeNames = [...activeNames(rotated)];
  return reading;
}

function visit(by: By, reading: Gathered, entry: VisitedEntry): void {
  const { name } = entry;
  try {
    const isIn = entry.type === "directory" || (entry.type === "unknown" && entry.look() && isDirectory());
    if (isIn) visitDirectory(by, reading, name);
    else visitFile(by, reading, entry);
  } catch (error) {
    if (!(error instanceof Error && "call" in error)) throw error;
    reading.problems.push({ name, message: messageOf(error) });
  }
}

const tiersOwn = ".tierkeep";

function visitDirectory({ rule, matcher }: By, reading: Gathered, name: RawPath): void {
  if (name === tiersOwn) reading.holdsTier = true;
  if (name === tiersOwn || matcher.prunes(pathIn(reading.path, name)))
    keep(reading, rule, { code: "excluded", name, bytes: 0 });
  else reading.subdirectories.push(name);
}

function visitFile(by: By, reading: Gathered, entry: VisitedEntry): void {
  const { name } = entry;
  reading.files += 1;
  if (!by.matcher.selects(pathIn(reading.path, name))) keep(reading, by.rule, { code: "excluded", name, bytes: 0 });
  else if (entry.look()) visitSelected(by, reading, name);
}

function visitSelected({ root, rule }: By, reading: Gathered, name: RawPath): void {
  const bytes = sizeOfStat();
  if (mountIdOfStat() !== root.mountId) keep(reading, rule, { code: "other-file-system", name, bytes: 0 });
  else if (!isRegular()) keep(reading, rule, { code: "special-file", name, bytes });
  else {
    const stamp = newestStampMs(rule);
    reading.oldestMs = Math.min(reading.oldestMs, stamp);
    reading.newestMs = Math.max(reading.newestMs, stamp);
    if (stamp > rule.nowMs - rule.olderThanMs) {
      keep(reading, rule, { code: isFromTheFuture(rule) ? "from-the-future" : "too-young", name, bytes });
    } else {
      reading.candidates.push(name);
      reading.candidateBytes += bytes;
    }
  }
}

/** As `judgeAge` has it: stamps come from the kernel's coarse clock and may run a tick ahead. */
function isFromTheFuture({ nowMs }: ScanRule): boolean {
  return Math.max(stampMs("mtime"), stampMs("ctime"), stampMs("btime")) > nowMs + 1;
}

function keep(
  reading: Gathered,
  rule: ScanRule,
  { code, name, bytes }: { readonly code: ScanReason; readonly name: RawPath; readonly bytes: number },
): void {
  addToTally(reading.tallies, code, { name, bytes });
  if (rule.namesKept) reading.kept.push({ code, name });
}
