import type { Step } from "../catalog/step-table.ts";
import { filesOpenForWriting } from "../host/open-files.ts";
import { closeFd } from "../host/posix.ts";
import type { FileStat } from "../host/stat.ts";
import { hasCode } from "../lib/errors.ts";
import { joinPath, type RawPath } from "../lib/raw-path.ts";
import { engineOfDirectory } from "../policies/engine-data.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { activeNames } from "../policies/rotation.ts";
import { type ReadDirectory, walk } from "../scan/walk.ts";
import { ownDirectory, readIdentity } from "../tiers/identity.ts";
import { findHoles } from "./holes.ts";
import { type JudgeRule, judgeFile, type Surroundings } from "./judge-file.ts";
import { roomFor } from "./room.ts";
import type { OpenSource } from "./source.ts";
import { identityOf, openSource } from "./source-file.ts";
import { probeLease } from "./writers.ts";

export interface SurveyRule extends JudgeRule {
  readonly nowMs: number;
  /** By absolute path. */
  readonly listedByLogrotate: (path: RawPath) => boolean;
  readonly restoredRecently: (path: RawPath) => boolean;
  /** By absolute path: rotations of this name were moved before, so its writer comes back to it (HAZARDS M34). */
  readonly hadRotations: (path: RawPath) => boolean;
}

export interface SurveySink {
  readonly due: (step: Step) => void;
  readonly kept: (code: ReasonCode, path: RawPath) => void;
  readonly unreadable: (path: RawPath, message: string) => void;
  readonly progress: (files: number) => void;
  /** A tier lies in the source, or is it. */
  readonly tier: (uuid: string) => void;
}

/** Walks a source and judges every file in it; nothing is written. */
export function surveySource(source: OpenSource, rule: SurveyRule, sink: SurveySink): void {
  const writers = lookForWriters(source);
  let surroundings: Surroundings | undefined;
  let files = 0;
  walk(source.root, {
    enter: (directory) => {
      const names = directory.entries.map((entry) => entry.name);
      if (names.includes(ownDirectory)) tellTier(directory, sink);
      const reason = reasonToStayOut(directory.path, names, rule);
      if (reason !== undefined) sink.kept(reason, directory.path === "" ? ("." as RawPath) : directory.path);
      surroundings = reason === undefined ? surround(source, directory.stat, { names, rule }) : undefined;
      return reason === undefined;
    },
    file: (path, stat) => {
      files += 1;
      if (files % 1024 === 0) sink.progress(files);
      if (surroundings === undefined) return;
      const verdict =
        judgeFile({ path, stat }, rule, { surroundings, nowMs: rule.nowMs }) ??
        judgeDue(source, { path, stat, writers }, rule);
      if (typeof verdict === "string") sink.kept(verdict, path);
      else if (!isTimeInRange(stat)) sink.unreadable(path, "its modification time is out of range: touch it");
      else if (stat.sizeBytes > Number.MAX_SAFE_INTEGER) sink.kept("no-room", path);
      else sink.due({ path, identity: identityOf(stat), roomBytes: verdict });
    },
    otherFileSystem: (path) => sink.kept("other-file-system", path),
    unreadable: sink.unreadable,
  });
  sink.progress(files);
}

function tellTier({ fd }: ReadDirectory, sink: SurveySink): void {
  const found = readIdentity(fd);
  if (found.state === "present") sink.tier(found.identity.uuid);
}

/** The catalog keeps nanoseconds in 64 bits, from 1677 to 2262; XFS and btrfs hold other times, too. */
function isTimeInRange({ modifiedNs, changedNs }: FileStat): boolean {
  return modifiedNs === BigInt.asIntN(64, modifiedNs) && changedNs === BigInt.asIntN(64, changedNs);
}

function reasonToStayOut(path: RawPath, names: readonly RawPath[], rule: SurveyRule): ReasonCode | undefined {
  if (path !== "" && rule.matcher.prunes(path)) return "excluded";
  if (path === ".tierkeep" || path.endsWith("/.tierkeep")) return "excluded";
  return engineOfDirectory(names) === undefined ? undefined : "engine-data";
}

function surround(
  source: OpenSource,
  directory: FileStat,
  { names, rule }: { names: readonly RawPath[]; rule: SurveyRule },
): Surroundings {
  return {
    active: activeNames(names),
    directory,
    listedByLogrotate: (path) => rule.listedByLogrotate(joinPath(source.path, path)),
  };
}

type WriterLookup = (stat: FileStat) => boolean;

/** Leases answer file by file at the deed; without them every process is asked once. */
function lookForWriters(source: OpenSource): WriterLookup {
  if (source.leases) return () => false;
  const open = filesOpenForWriting();
  return (stat) => open.isWritten(stat.device, stat.inode);
}

interface Due {
  readonly path: RawPath;
  readonly stat: FileStat;
  readonly writers: WriterLookup;
}

/**
 * What only a look at a file that is due can tell: restored lately, somebody writes to it, or unreadable; otherwise the
 * room that it takes.
 */
function judgeDue(source: OpenSource, due: Due, rule: SurveyRule): ReasonCode | number {
  const absolute = joinPath(source.path, due.path);
  if (rule.restoredRecently(absolute)) return "restored-recently";
  if (!rule.activeLogs && rule.hadRotations(absolute)) return "active-log";
  if (!source.leases) return due.writers(due.stat) ? "open-for-writing" : roomFor(due.stat, []);
  try {
    const fd = openSource(source.root, due.path);
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
