import type { RemovalTable } from "../catalog/removal-table.ts";
import { eachEntry, type VisitedEntry } from "../host/each-entry.ts";
import { closeFd, rewindDirectory } from "../host/posix.ts";
import { isDirectory, lookAtFd, mountIdOfStat, sizeOfStat } from "../host/raw-stat.ts";
import { lockIfFree } from "../host/users.ts";
import { hasCode, messageOf } from "../lib/errors.ts";
import { baseName, joinPath, parentOf, pathIn, type RawPath } from "../lib/raw-path.ts";
import { engineOfDirectory, isEngineMarker } from "../policies/engine-data.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { openDirectory } from "../scan/open-directory.ts";
import { type Found, isReserved, type JudgeRule, judgeDirectory, judgeFile } from "./judge.ts";
import { type DueJudge, factsOfLook, isForeignDirectory, judgeDue } from "./judge-due.ts";

export interface SurveyRule extends JudgeRule {
  readonly nowMs: number;
  /** Trees of other jobs, from the root. */
  readonly owned: ReadonlySet<RawPath>;
}

export interface SurveySink {
  readonly kept: (code: ReasonCode, path: RawPath) => void;
  readonly unreadable: (path: RawPath, message: string) => void;
  readonly progress: (files: number) => void;
}

/** All that lies below the root, whether it goes or stays. */
export interface Surveyed {
  readonly files: number;
  readonly bytes: number;
}

export interface SurveyRequest {
  readonly rule: SurveyRule;
  readonly due: DueJudge;
  readonly table: RemovalTable;
  readonly sink: SurveySink;
}

interface Survey extends SurveyRequest {
  readonly found: { files: number; bytes: number };
  readonly keep: (code: ReasonCode, path: RawPath, directory: RawPath) => void;
  readonly troubled: (error: unknown, path: RawPath) => void;
}

/**
 * Walks a scratch directory and puts what is due into the table; nothing on disk changes, access times included. No link
 * is followed, no mount crossed, and what vanishes meanwhile is passed over (HAZARDS D6, M22).
 */
export function surveyScratch(request: SurveyRequest): Surveyed {
  const { table, sink, due } = request;
  const keep = (code: ReasonCode, path: RawPath, directory: RawPath) => {
    table.keep(directory);
    sink.kept(code, path === "" ? ("." as RawPath) : path);
  };
  const troubled = (error: unknown, path: RawPath) => {
    if (!(error instanceof Error && "call" in error)) throw error;
    table.keep(parentOf(path));
    if (hasCode(error, "ENOENT", "ELOOP", "ENOTDIR")) sink.kept("vanished", path);
    else sink.unreadable(path, messageOf(error));
  };
  const survey: Survey = { ...request, found: { files: 0, bytes: 0 }, keep, troubled };
  const pending: RawPath[] = ["" as RawPath];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    try {
      const fd = openDirectory(due.root.fd, path);
      try {
        visitDirectory(survey, { path, fd }, pending);
      } finally {
        closeFd(fd);
      }
    } catch (error) {
      if (path === "") throw error;
      troubled(error, path);
    }
  }
  sink.progress(survey.found.files);
  return survey.found;
}

interface Directory {
  readonly path: RawPath;
  readonly fd: number;
}

function visitDirectory(survey: Survey, directory: Directory, pending: RawPath[]): void {
  const { path, fd } = directory;
  const { table } = survey;
  lookAtFd(fd);
  const reason = reasonToStayOut(survey, directory);
  if (reason !== undefined) {
    survey.keep(reason, path, parentOf(path));
    return;
  }
  const facts = factsOfLook();
  const verdict = path === "" ? undefined : judgeEmptied(survey, { path, facts });
  table.enter(path, verdict);
  if (verdict !== undefined) table.keep(parentOf(path));
  rewindDirectory(fd);
  eachEntry(fd, (entry) => visitEntry(survey, { ...directory, isGuarded: facts.isGuarded }, { entry, pending }));
}

function judgeEmptied({ rule, due }: Survey, found: Found): ReasonCode | undefined {
  const isRestored = () => due.restoredRecently(joinPath(due.path, found.path));
  return judgeDirectory(found, rule, rule.nowMs) ?? (isRestored() ? "restored-recently" : undefined);
}

/** A lock on a directory protects all below it (tmpfiles.d(5)). */
function reasonToStayOut({ rule, due }: Survey, { path, fd }: Directory): ReasonCode | undefined {
  if (isForeignDirectory(due.root)) return "other-file-system";
  if (path !== "" && isReserved(baseName(path))) return "reserved";
  if (rule.owned.has(path)) return "other-job";
  if (path !== "" && rule.matcher.prunes(path)) return "excluded";
  const markers: RawPath[] = [];
  let isTier = false;
  eachEntry(fd, ({ name, type }) => {
    if (isEngineMarker(name)) markers.push(name);
    if (name === tiersOwn && type !== "other") isTier = true;
  });
  // Whatever path the configuration calls it by: a bind mount shows the same tree under another one.
  if (isTier) return "reserved";
  if (engineOfDirectory(markers) !== undefined) return "engine-data";
  return lockIfFree(fd) ? undefined : "in-use";
}

const tiersOwn = ".tierkeep";

interface Visit {
  readonly entry: VisitedEntry;
  readonly pending: RawPath[];
}

function visitEntry(
  survey: Survey,
  directory: Directory & { readonly isGuarded: boolean },
  { entry, pending }: Visit,
): void {
  const { name, type } = entry;
  const path = pathIn(directory.path, name);
  if (type === "directory") {
    pending.push(path);
    return;
  }
  try {
    if (!entry.look()) survey.sink.kept("vanished", path);
    else if (isDirectory()) pending.push(path);
    else judgeEntry(survey, directory, { name, path });
  } catch (error) {
    survey.troubled(error, path);
  }
}

function judgeEntry(
  { rule, due, table, sink, found, keep }: Survey,
  directory: Directory & { readonly isGuarded: boolean },
  { name, path }: { readonly name: RawPath; readonly path: RawPath },
): void {
  found.files += 1;
  found.bytes += sizeOfStat();
  if (found.files % 1024 === 0) sink.progress(found.files);
  const facts = factsOfLook();
  const reason =
    mountIdOfStat() !== due.root.mountId
      ? "other-file-system"
      : (judgeFile({ path, facts }, rule, rule.nowMs) ??
        (directory.isGuarded ? "immutable" : judgeDue(due, { directory: directory.fd, name, path })));
  if (reason === undefined) table.add(name);
  else keep(reason, path, directory.path);
}
