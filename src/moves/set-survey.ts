import type { SetTable } from "../catalog/set-table.ts";
import type { Step } from "../catalog/step-table.ts";
import { listDirectory } from "../host/files.ts";
import { closeFd } from "../host/posix.ts";
import { type FileStat, statAt, statFd } from "../host/stat.ts";
import type { Scanning } from "../jobs/scan-source.ts";
import type { OpenSource } from "../jobs/source.ts";
import { hasCode, messageOf } from "../lib/errors.ts";
import { baseName, joinPath, parentOf, type RawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { formatBytes } from "../lib/units.ts";
import { newestStamp } from "../policies/age.ts";
import type { InTheWay, OnKept } from "../policies/kept.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { activeNames } from "../policies/rotation.ts";
import { openDirectory } from "../scan/open-directory.ts";
import { readIdentity } from "../tiers/identity.ts";
import { cacheDirectories } from "./directories.ts";
import { judgeFile } from "./judge-file.ts";
import { allocatedShare, roomFor } from "./room.ts";
import { asideNames } from "./set-aside.ts";
import { blockedBy, blockedByError, entryOf, reasonWords, type SetVerdict } from "./set-verdict.ts";
import { type FoundEntry, walkSet } from "./set-walk.ts";
import { openYoungestFiles, type YoungestFiles } from "./set-youngest.ts";
import { identityOf } from "./source-file.ts";
import { isTimeInRange, judgeDue, lookForWriters, type SurveyRule, type WriterLookup } from "./survey.ts";

export interface SetSurveySink {
  readonly kept: OnKept;
  /** Why an entry stays as a whole. */
  readonly blocked: (inTheWay: InTheWay) => void;
  readonly unreadable: (path: RawPath, message: string) => void;
  readonly progress: (files: number) => void;
  /** A tier lies in the source, or is it. */
  readonly tier: (uuid: string) => void;
}

export interface SetSurvey {
  readonly source: OpenSource;
  readonly rule: SurveyRule;
  readonly scanning: Scanning;
  readonly table: SetTable;
  /** Of the tier, full or not. */
  readonly tierBytes: number;
  readonly sink: SetSurveySink;
}

/** Looks at all that lies directly in a source, each as a whole; what is due stands in the table then. */
export function surveySets(survey: SetSurvey): void {
  const { source, rule, scanning } = survey;
  const root = statFd(source.root);
  const youngest = openYoungestFiles(source, rule, scanning);
  const fd = openDirectory(source.root, "" as RawPath);
  try {
    const names = [...listDirectory(fd)].map(({ name }) => name);
    const around: Around = { fd, root, names, active: undefined, writers: lookForWriters(source), youngest, seen: 0 };
    for (const name of names) surveyEntry(survey, around, name);
    youngest.finish();
    survey.sink.progress(around.seen);
  } finally {
    closeFd(fd);
  }
}

interface Around {
  /** Of the source, open. */
  readonly fd: number;
  readonly root: FileStat;
  readonly names: readonly RawPath[];
  active: ReadonlySet<RawPath> | undefined;
  readonly writers: WriterLookup;
  readonly youngest: YoungestFiles;
  /** Files so far. */
  seen: number;
}

/** What belongs to the file system, or to us. */
function isReserved(name: RawPath): boolean {
  return name === "lost+found" || name === ".tierkeep" || name.startsWith(asideNames);
}

function surveyEntry(survey: SetSurvey, around: Around, name: RawPath): void {
  const { rule, sink, source } = survey;
  try {
    const stat = statAt(around.fd, name);
    const isDirectory = stat.kind === "directory";
    if (name === ".tierkeep" && isDirectory) tellTier(survey, "" as RawPath);
    if (isReserved(name)) sink.kept("reserved", name);
    else if (!rule.matcher.selectsEntry(name, isDirectory)) sink.kept("excluded", name);
    else if (stat.mountId !== around.root.mountId || stat.device !== around.root.device)
      sink.kept("other-file-system", name);
    else if (isDirectory) surveyDirectory(survey, around, name);
    else surveyFile(survey, around, { path: name, stat });
  } catch (error) {
    if (!(error instanceof Error && "call" in error)) throw error;
    if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP")) sink.kept("vanished", name);
    else sink.unreadable(name, `${shellQuote(joinPath(source.path, name))}: ${messageOf(error)}`);
  }
}

/** A file that lies in the source itself is judged as any other. */
function surveyFile({ source, rule, table, tierBytes, sink }: SetSurvey, around: Around, file: FoundEntry): void {
  const { path, stat } = file;
  around.seen += 1;
  around.active ??= activeNames(around.names);
  const surroundings = {
    active: around.active,
    directory: around.root,
    listedByLogrotate: (name: RawPath) => rule.listedByLogrotate(joinPath(source.path, name)),
  };
  const verdict =
    judgeFile(file, rule, { surroundings, nowMs: rule.nowMs }) ??
    (stat.links > 1 ? "linked-elsewhere" : undefined) ??
    judgeDue(source, { path, fd: around.fd, name: path, stat, writers: around.writers }, rule);
  if (typeof verdict === "string") {
    sink.kept(verdict, path);
    return;
  }
  if (!isTimeInRange(stat)) {
    sink.unreadable(path, "its modification time is out of range: touch it");
    return;
  }
  if (stat.sizeBytes > tierBytes) {
    sink.kept("no-room", path);
    return;
  }
  const id = table.begin(path, "file");
  const { allocatedBytes } = stat;
  table.add({ path, kind: "file", identity: identityOf(stat), roomBytes: verdict, allocatedBytes });
  table.end(id, newestStamp(stat, rule.age.ageBy));
}

function surveyDirectory(survey: SetSurvey, around: Around, entry: RawPath): void {
  const { table, sink } = survey;
  if (around.youngest.isStillYoung(entry)) {
    sink.kept("too-young", entry);
    return;
  }
  const id = table.begin(entry, "directory");
  let isDue = false;
  try {
    const verdict = judgeSet(survey, around, { entry, id });
    isDue = verdict === undefined;
    if (verdict === undefined) return;
    sink.kept(verdict.code, verdict.path, verdict.inTheWay);
    if (verdict.inTheWay !== undefined) sink.blocked(verdict.inTheWay);
  } finally {
    if (!isDue) table.drop(id);
  }
}

interface Surveyed {
  readonly entry: RawPath;
  /** In the table. */
  readonly id: number;
}

/** Why a set stays; `undefined` when all of it is in the table. */
function judgeSet(survey: SetSurvey, around: Around, { entry, id }: Surveyed): SetVerdict | undefined {
  const { source, rule, table, sink } = survey;
  const walked = walkSet({ root: source.root, entry, mount: around.root, rule }, (found) => {
    const { path, stat, kind } = found;
    if (kind === "file") around.seen += 1;
    if (around.seen % 1024 === 1) sink.progress(around.seen);
    const roomBytes = kind === "file" ? roomFor(stat, []) : 0;
    const allocatedBytes = kind === "directory" ? stat.allocatedBytes : allocatedShare(stat);
    table.add({ path, kind, identity: identityOf(stat), roomBytes, allocatedBytes });
  });
  if (walked.tierAt !== undefined) tellTier(survey, walked.tierAt);
  // A tier in it is to be met at each survey.
  else if (walked.youngest !== undefined) around.youngest.remember(entry, walked.youngest);
  const verdict = walked.verdict ?? linkedElsewhere(table, id) ?? judgeFiles(survey, around, id);
  // Only now the room of what has holes is known.
  if (verdict === undefined) table.end(id, walked.newestNs);
  return verdict;
}

function linkedElsewhere(table: SetTable, id: number): SetVerdict | undefined {
  const path = table.linkedElsewhere(id);
  return path === undefined ? undefined : blockedBy(path, "it has hard links outside of the set");
}

/** What only a look at each file can tell; by now the set is old enough, and nothing else stands in its way. */
function judgeFiles(survey: SetSurvey, { writers }: Around, id: number): SetVerdict | undefined {
  const { source, rule, table } = survey;
  using directories = cacheDirectories(source.root);
  const fileRule = { ...rule, activeLogs: true };
  const judge = (path: RawPath) => {
    const fd = directories.open(parentOf(path));
    const name = baseName(path);
    return judgeDue(source, { path, fd, name, stat: statAt(fd, name), writers }, fileRule);
  };
  for (const file of table.files(id)) {
    const verdict = judgeMember(survey, file, judge);
    if (typeof verdict !== "number") return verdict;
    if (verdict !== file.roomBytes) table.setRoom(id, file.path, verdict);
  }
  return undefined;
}

/** The room that a file of a set takes, or why the set stays. */
function judgeMember(
  { tierBytes }: SetSurvey,
  { path, identity: { sizeBytes } }: Step,
  judge: (path: RawPath) => ReasonCode | number,
): SetVerdict | number {
  // However sparse it is: to read such holes takes for ever, and hardly a file system takes such a size.
  if (sizeBytes > tierBytes) {
    const why = `its ${formatBytes(sizeBytes)} are more than the whole tier`;
    return { code: "no-room", path: entryOf(path), inTheWay: { path, why } };
  }
  try {
    const verdict = judge(path);
    if (verdict === "restored-recently") return { code: verdict, path: entryOf(path), inTheWay: undefined };
    return typeof verdict === "string" ? blockedBy(path, reasonWords(verdict)) : verdict;
  } catch (error) {
    return blockedByError(path, error);
  }
}

function tellTier({ source, sink }: SetSurvey, path: RawPath): void {
  const fd = openDirectory(source.root, path);
  try {
    const found = readIdentity(fd);
    if (found.state === "present") sink.tier(found.identity.uuid);
  } finally {
    closeFd(fd);
  }
}
