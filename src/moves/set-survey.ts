import type { SetTable } from "../catalog/set-table.ts";
import { listDirectory } from "../host/files.ts";
import { closeFd } from "../host/posix.ts";
import { type FileStat, statAt, statFd } from "../host/stat.ts";
import type { OpenSource } from "../jobs/source.ts";
import { hasCode, messageOf } from "../lib/errors.ts";
import { baseName, joinPath, parentOf, type RawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { activeNames } from "../policies/rotation.ts";
import { openDirectory } from "../scan/open-directory.ts";
import { readIdentity } from "../tiers/identity.ts";
import { cacheDirectories } from "./directories.ts";
import { judgeFile } from "./judge-file.ts";
import { allocatedShare, roomFor } from "./room.ts";
import { asideNames } from "./set-aside.ts";
import { blockedBy, entryOf, reasonWords, type SetVerdict } from "./set-verdict.ts";
import { type FoundEntry, walkSet } from "./set-walk.ts";
import { identityOf } from "./source-file.ts";
import { judgeDue, lookForWriters, type SurveyRule, type WriterLookup } from "./survey.ts";

export interface SetSurveySink {
  readonly kept: (code: ReasonCode, path: RawPath) => void;
  /** Why an entry stays as a whole, in words. */
  readonly blocked: (message: string) => void;
  readonly unreadable: (path: RawPath, message: string) => void;
  readonly progress: (files: number) => void;
  /** A tier lies in the source, or is it. */
  readonly tier: (uuid: string) => void;
}

export interface SetSurvey {
  readonly source: OpenSource;
  readonly rule: SurveyRule;
  readonly table: SetTable;
  readonly sink: SetSurveySink;
}

/** Looks at all that lies directly in a source, each as a whole; what is due stands in the table then. */
export function surveySets(survey: SetSurvey): void {
  const { source } = survey;
  const root = statFd(source.root);
  const fd = openDirectory(source.root, "" as RawPath);
  try {
    const names = [...listDirectory(fd)].map(({ name }) => name);
    const around: Around = { fd, root, names, active: undefined, writers: lookForWriters(source), seen: 0 };
    for (const name of names) surveyEntry(survey, around, name);
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
function surveyFile({ source, rule, table, sink }: SetSurvey, around: Around, file: FoundEntry): void {
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
  const id = table.begin(path, "file");
  const { allocatedBytes } = stat;
  table.add({ path, kind: "file", identity: identityOf(stat), roomBytes: verdict, allocatedBytes });
  table.end(id, stat.modifiedNs);
}

function surveyDirectory(survey: SetSurvey, around: Around, entry: RawPath): void {
  const { source, rule, table, sink } = survey;
  const id = table.begin(entry, "directory");
  const walked = walkSet({ root: source.root, entry, mount: around.root, rule }, (found) => {
    const { path, stat, kind } = found;
    if (kind === "file") around.seen += 1;
    if (around.seen % 1024 === 1) sink.progress(around.seen);
    const roomBytes = kind === "file" ? roomFor(stat, []) : 0;
    const allocatedBytes = kind === "directory" ? stat.allocatedBytes : allocatedShare(stat);
    table.add({ path, kind, identity: identityOf(stat), roomBytes, allocatedBytes });
  });
  if (walked.tierAt !== undefined) tellTier(survey, walked.tierAt);
  table.end(id, walked.newestNs);
  const verdict = walked.verdict ?? linkedElsewhere(table, id) ?? judgeFiles(survey, around, id);
  if (verdict === undefined) return;
  table.drop(id);
  sink.kept(verdict.code, verdict.path);
  if (verdict.message !== undefined) sink.blocked(verdict.message);
}

function linkedElsewhere(table: SetTable, id: number): SetVerdict | undefined {
  const path = table.linkedElsewhere(id);
  return path === undefined ? undefined : blockedBy(path, "it has hard links outside of the set");
}

/** What only a look at each file can tell; by now the set is old enough, and nothing else stands in its way. */
function judgeFiles({ source, rule, table }: SetSurvey, { writers }: Around, id: number): SetVerdict | undefined {
  using directories = cacheDirectories(source.root);
  const fileRule = { ...rule, activeLogs: true };
  for (const { path, roomBytes } of table.files(id)) {
    const fd = directories.open(parentOf(path));
    const name = baseName(path);
    const verdict = judgeDue(source, { path, fd, name, stat: statAt(fd, name), writers }, fileRule);
    if (verdict === "restored-recently") return { code: verdict, path: entryOf(path), message: undefined };
    if (typeof verdict === "string") return blockedBy(path, reasonWords(verdict));
    if (verdict !== roomBytes) table.setRoom(id, path, verdict);
  }
  return undefined;
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
