import { unpack } from "../catalog/packed-removals.ts";
import type { RemovalTable } from "../catalog/removal-table.ts";
import { closeFd } from "../host/posix.ts";
import { lockIfFree } from "../host/users.ts";
import { type Scanning, type ScanReading, scanSource } from "../jobs/scan-source.ts";
import type { OpenSource } from "../jobs/source.ts";
import { hasCode } from "../lib/errors.ts";
import { joinPath, parentOf, pathIn, type RawPath } from "../lib/raw-path.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { openDirectory } from "../scan/open-directory.ts";
import type { Scanned } from "../scan/scan.ts";
import { type ReadScratch, type ScratchRule, type ScratchTask, scratchReader } from "./read-scratch.ts";

export interface SurveySink {
  readonly kept: (code: ReasonCode, path: RawPath) => void;
  /** Named besides being counted in what the survey comes to. */
  readonly named: (code: ReasonCode, path: RawPath) => void;
  readonly unreadable: (path: RawPath, message: string) => void;
  readonly progress: (files: number) => void;
  /** What was told until now does not count: all of it comes again. */
  readonly restart: () => void;
}

export interface SurveyRequest {
  readonly rule: ScratchRule;
  readonly scanning: Scanning;
  /** By absolute path; `undefined` when nothing was. */
  readonly restoredRecently: ((path: RawPath) => boolean) | undefined;
  readonly table: RemovalTable;
}

/** What a survey met; what stays is counted, also where the index knows it. */
export interface Surveyed extends Scanned {
  /** All that lies below the root, whether it goes or stays. */
  readonly all: { readonly files: number; readonly bytes: number };
}

interface Survey extends SurveyRequest {
  readonly source: OpenSource;
  readonly sink: SurveySink;
  readonly old: { files: number; bytes: number };
  /** Of directories above those in which something is due: somebody locks it, or what is above it. */
  readonly locked: Map<RawPath, boolean>;
}

/**
 * Scans a scratch directory and puts what is due into the table; nothing on disk changes but the scan index. No link is
 * followed, no mount crossed, and what vanishes meanwhile is passed over (HAZARDS D6, M22).
 */
export async function surveyScratch(source: OpenSource, request: SurveyRequest, sink: SurveySink): Promise<Surveyed> {
  const { rule, scanning, table } = request;
  const survey: Survey = { ...request, source, sink, old: { files: 0, bytes: 0 }, locked: new Map() };
  const scanned = await scanSource(
    source,
    { scanning, reading: readingScratch(rule, scanning.now) },
    {
      found: (reading) => take(survey, reading),
      passed: (path) => table.keep(parentOf(path)),
      kept: sink.named,
      holdsTier: () => undefined,
      unreadable: (path, message) => {
        table.keep(parentOf(path));
        sink.unreadable(path, message);
      },
      progress: sink.progress,
      restart: () => {
        table.clear();
        [survey.old.files, survey.old.bytes] = [0, 0];
        survey.locked.clear();
        sink.restart();
      },
    },
  );
  const all = { ...survey.old };
  for (const { count, bytes } of scanned.kept.values()) {
    all.files += count;
    all.bytes += bytes;
  }
  return { ...scanned, all };
}

function readingScratch(rule: ScratchRule, now: () => number): ScanReading<ReadScratch> {
  return {
    rule,
    identity: ["scratch", [...rule.owned].sort()],
    reader: (root) => {
      const task: ScratchTask = { work: "read-scratch", root, rule };
      return { read: scratchReader(root, rule, now), task };
    },
  };
}

function take(survey: Survey, reading: ReadScratch): void {
  const { table, old } = survey;
  const { path, verdict } = reading;
  old.files += reading.old;
  old.bytes += reading.oldBytes;
  if ((reading.old > 0 || !reading.stays) && path !== "" && isLocked(survey, parentOf(path))) {
    table.keep(parentOf(path));
    return;
  }
  const stays = verdict ?? (isRestored(survey, path) ? "restored-recently" : undefined);
  table.enter({ path, stat: openStat(reading.stat) }, stays);
  if (stays !== undefined) table.keep(parentOf(path));
  if (reading.stays) table.keep(path);
  addDue(survey, reading);
}

function addDue(survey: Survey, { path, packs, packed, linked }: ReadScratch): void {
  // Nearly always nothing was restored lately, and packs need not be looked into.
  const isPacked = survey.restoredRecently === undefined;
  if (isPacked) survey.table.addPacks(packs, packed);
  for (const { name, stat } of isPacked ? [] : packs.flatMap(unpack)) addUnlessRestored(survey, { path, name, stat });
  for (const { name, stat } of linked) addUnlessRestored(survey, { path, name, stat: openStat(stat) });
}

/** As it was before a thread sent it. */
function openStat({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

interface Due {
  readonly path: RawPath;
  readonly name: RawPath;
  readonly stat: Buffer;
}

function addUnlessRestored(survey: Survey, due: Due): void {
  const path = pathIn(due.path, due.name);
  if (!isRestored(survey, path)) {
    survey.table.add(due.name, due.stat);
    return;
  }
  survey.sink.kept("restored-recently", path);
  survey.table.keep(due.path);
}

function isRestored({ source, restoredRecently }: Survey, path: RawPath): boolean {
  return restoredRecently?.(joinPath(source.path, path)) ?? false;
}

/** A lock on a directory protects all below it (tmpfiles.d(5)), also where the index told that it need not be read. */
function isLocked(survey: Survey, path: RawPath): boolean {
  const known = survey.locked.get(path);
  if (known !== undefined) return known;
  const isFree = (path === "" || !isLocked(survey, parentOf(path))) && isLockFree(survey, path);
  survey.locked.set(path, !isFree);
  return !isFree;
}

function isLockFree({ source, sink }: Survey, path: RawPath): boolean {
  try {
    const fd = openDirectory(source.root, path);
    const isFree = lockIfFree(fd);
    closeFd(fd);
    if (!isFree) sink.kept("in-use", path === "" ? ("." as RawPath) : path);
    return isFree;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP")) return false;
    throw error;
  }
}
