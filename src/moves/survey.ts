import type { Step } from "../catalog/step-table.ts";
import { filesOpenForWriting } from "../host/open-files.ts";
import { closeFd } from "../host/posix.ts";
import { type FileStat, statAt } from "../host/stat.ts";
import { probeLease } from "../host/writers.ts";
import { readingFiles, type Scanning, scanSource } from "../jobs/scan-source.ts";
import type { OpenSource } from "../jobs/source.ts";
import { hasCode } from "../lib/errors.ts";
import { joinPath, pathIn, type RawPath } from "../lib/raw-path.ts";
import { newestStamp } from "../policies/age.ts";
import type { AgeStamps } from "../policies/file-fact.ts";
import type { Selection } from "../policies/patterns.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { openDirectory } from "../scan/open-directory.ts";
import type { ReadFiles } from "../scan/reading.ts";
import type { Scanned } from "../scan/scan.ts";
import { readIdentity } from "../tiers/identity.ts";
import { findHoles } from "./holes.ts";
import { type JudgeRule, judgeFile, type Surroundings } from "./judge-file.ts";
import { allocatedShare, roomFor } from "./room.ts";
import { identityOf, openSource } from "./source-file.ts";

export interface SurveyRule extends JudgeRule, Selection {
  readonly nowMs: number;
  /** Name each thing that stays, not only how many there are. */
  readonly namesKept: boolean;
  /** By absolute path. */
  readonly listedByLogrotate: (path: RawPath) => boolean;
  readonly restoredRecently: (path: RawPath) => boolean;
  /** By absolute path: rotations of this name were moved before, so its writer comes back to it (HAZARDS M34). */
  readonly hadRotations: (path: RawPath) => boolean;
}

export interface SurveySink {
  readonly due: (step: Step) => void;
  readonly kept: (code: ReasonCode, path: RawPath) => void;
  /** Named besides being counted in what the survey comes to. */
  readonly named: (code: ReasonCode, path: RawPath) => void;
  readonly unreadable: (path: RawPath, message: string) => void;
  readonly progress: (files: number) => void;
  /** A tier lies in the source, or is it. */
  readonly tier: (uuid: string) => void;
  /** What was told until now does not count: all of it comes again. */
  readonly restart: () => void;
}

/** Scans a source and judges every file in it that is old enough; nothing is written but the scan index. */
export function surveySource(
  source: OpenSource,
  { rule, scanning }: { readonly rule: SurveyRule; readonly scanning: Scanning },
  sink: SurveySink,
): Promise<Scanned> {
  const writers = lookForWriters(source);
  const { include, exclude, age, nowMs, namesKept } = rule;
  const scanRule = { include, exclude, stamps: age.ageBy, olderThanMs: age.olderThanMs, nowMs, namesKept };
  const { restart, named, unreadable, progress } = sink;
  return scanSource(
    source,
    { scanning, reading: readingFiles(scanRule, scanning.now) },
    {
      found: (reading) => judgeFound(source, { reading, writers, rule }, sink),
      passed: () => undefined,
      kept: named,
      holdsTier: (path) => tellTier(source, path, sink),
      restart,
      unreadable,
      progress,
    },
  );
}

interface Found {
  readonly reading: ReadFiles;
  readonly writers: WriterLookup;
  readonly rule: SurveyRule;
}

/** Everything is looked at again, since a scan's answer may come from another thread, some time ago. */
function judgeFound(source: OpenSource, found: Found, sink: SurveySink): void {
  const { path, candidates } = found.reading;
  if (candidates.length === 0) return;
  const fd = unlessGone(() => openDirectory(source.root, path));
  if (fd === undefined) return;
  try {
    const surroundings = surround(source, found);
    for (const name of candidates) judgeCandidate({ source, fd, name, surroundings }, found, sink);
  } finally {
    closeFd(fd);
  }
}

interface Candidate {
  readonly source: OpenSource;
  /** Its directory, open. */
  readonly fd: number;
  readonly name: RawPath;
  readonly surroundings: Surroundings;
}

function judgeCandidate(
  { source, fd, name, surroundings }: Candidate,
  { reading, writers, rule }: Found,
  sink: SurveySink,
): void {
  const path = pathIn(reading.path, name);
  const stat = unlessGone(() => statAt(fd, name));
  if (stat === undefined) {
    sink.kept("vanished", path);
    return;
  }
  const verdict =
    judgeFile({ path, stat }, rule, { surroundings, nowMs: rule.nowMs }) ??
    judgeDue(source, { path, fd, name, stat, writers }, rule);
  if (typeof verdict === "string") sink.kept(verdict, path);
  else if (!isTimeInRange(stat)) sink.unreadable(path, "its modification time is out of range: touch it");
  else if (stat.sizeBytes > Number.MAX_SAFE_INTEGER) sink.kept("no-room", path);
  else sink.due(stepOf(path, stat, { roomBytes: verdict, ageBy: rule.age.ageBy }));
}

function stepOf(path: RawPath, stat: FileStat, { roomBytes, ageBy }: { roomBytes: number; ageBy: AgeStamps }): Step {
  const [identity, allocatedBytes] = [identityOf(stat), allocatedShare(stat)];
  return { path, identity, stampNs: newestStamp(stat, ageBy), roomBytes, allocatedBytes };
}

function tellTier({ root }: OpenSource, path: RawPath, sink: SurveySink): void {
  const fd = unlessGone(() => openDirectory(root, path));
  if (fd === undefined) return;
  try {
    const found = readIdentity(fd);
    if (found.state === "present") sink.tier(found.identity.uuid);
  } finally {
    closeFd(fd);
  }
}

function unlessGone<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP")) return undefined;
    throw error;
  }
}

/** The catalog keeps nanoseconds in 64 bits, from 1677 to 2262; XFS and btrfs hold other times, too. */
export function isTimeInRange({ modifiedNs, changedNs }: FileStat): boolean {
  return modifiedNs === BigInt.asIntN(64, modifiedNs) && changedNs === BigInt.asIntN(64, changedNs);
}

function surround(source: OpenSource, { reading, rule }: Found): Surroundings {
  return {
    active: new Set(reading.activeNames),
    directory: reading.owner,
    listedByLogrotate: (path) => rule.listedByLogrotate(joinPath(source.path, path)),
  };
}

export type WriterLookup = (stat: FileStat) => boolean;

/** Leases answer file by file at the deed; without them every process is asked once. */
export function lookForWriters(source: OpenSource): WriterLookup {
  if (source.leases) return () => false;
  const open = filesOpenForWriting();
  return (stat) => open.isWritten(stat.device, stat.inode);
}

interface Due {
  readonly path: RawPath;
  /** Its directory, open. */
  readonly fd: number;
  readonly name: RawPath;
  readonly stat: FileStat;
  readonly writers: WriterLookup;
}

/**
 * What only a look at a file that is due can tell: restored lately, somebody writes to it, or unreadable; otherwise the
 * room that it takes.
 */
export function judgeDue(source: OpenSource, due: Due, rule: SurveyRule): ReasonCode | number {
  const absolute = joinPath(source.path, due.path);
  if (rule.restoredRecently(absolute)) return "restored-recently";
  if (!rule.activeLogs && rule.hadRotations(absolute)) return "active-log";
  if (!source.leases) return due.writers(due.stat) ? "open-for-writing" : roomFor(due.stat, []);
  try {
    const fd = openSource(due.fd, due.name);
    try {
      const verdict = probeLease(fd);
      return verdict === "free" ? roomFor(due.stat, findHoles(fd, due.stat)) : verdict;
    } finally {
      closeFd(fd);
    }
  } catch (error) {
    if (hasCode(error, "ENOENT")) return "vanished";
    if (error instanceof Error && "call" in error) return "unreadable";
    throw error;
  }
}
