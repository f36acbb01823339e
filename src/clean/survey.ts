import type { RemovalIdentity, RemovalTable } from "../catalog/removal-table.ts";
import { closeFd, open, openBeneath } from "../host/posix.ts";
import { type FileStat, statFd } from "../host/stat.ts";
import { lockIfFree } from "../host/users.ts";
import { hasCode, messageOf } from "../lib/errors.ts";
import { baseName, joinPath, parentOf, type RawPath } from "../lib/raw-path.ts";
import { engineOfDirectory } from "../policies/engine-data.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { type ReadDirectory, walk } from "../scan/walk.ts";
import { openUseLook, type UseLook } from "./in-use.ts";
import { isReserved, type JudgeRule, judgeDirectory, judgeFile } from "./judge.ts";

export interface SurveyRule extends JudgeRule {
  readonly nowMs: number;
  /** Trees of other jobs, from the root. */
  readonly owned: ReadonlySet<RawPath>;
  /** By absolute path. */
  readonly restoredRecently: (path: RawPath) => boolean;
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

export interface Scratch {
  readonly root: number;
  /** Absolute. */
  readonly path: RawPath;
  readonly filesystemType: string;
}

/** Walks a scratch directory and puts what is due into the table; nothing on disk changes, access times included. */
export function surveyScratch(
  scratch: Scratch,
  rule: SurveyRule,
  { table, sink }: { readonly table: RemovalTable; readonly sink: SurveySink },
): Surveyed {
  const look = openUseLook(scratch.filesystemType);
  const { device } = statFd(scratch.root);
  let [files, bytes] = [0, 0];
  const keep = (code: ReasonCode, path: RawPath, directory: RawPath) => {
    table.keep(directory);
    sink.kept(code, path === "" ? ("." as RawPath) : path);
  };
  walk(scratch.root, {
    enter: (directory) => {
      const reason = reasonToStayOut(directory, rule, device);
      if (reason !== undefined) keep(reason, directory.path, parentOf(directory.path));
      else enterDirectory(directory, rule, table);
      return reason === undefined;
    },
    file: (path, stat, directory) => {
      files += 1;
      bytes += stat.sizeBytes;
      if (files % 1024 === 0) sink.progress(files);
      try {
        const reason =
          judgeFile({ path, stat }, rule, rule.nowMs) ?? judgeDue(scratch, { path, stat, directory, look }, rule);
        if (reason !== undefined) keep(reason, path, directory.path);
        else table.add(baseName(path), stat);
      } catch (error) {
        if (!(error instanceof Error && "call" in error)) throw error;
        table.keep(directory.path);
        if (hasCode(error, "ENOENT", "ELOOP")) sink.kept("vanished", path);
        else sink.unreadable(path, messageOf(error));
      }
    },
    otherFileSystem: (path) => keep("other-file-system", path, parentOf(path)),
    unreadable: (path, message) => {
      table.keep(parentOf(path));
      sink.unreadable(path, message);
    },
  });
  sink.progress(files);
  return { files, bytes };
}

function enterDirectory({ path, stat }: ReadDirectory, rule: SurveyRule, table: RemovalTable): void {
  const verdict = path === "" ? undefined : judgeDirectory({ path, stat }, rule, rule.nowMs);
  table.enter(path, stat satisfies RemovalIdentity, verdict);
  if (verdict !== undefined) table.keep(parentOf(path));
}

/** A nested subvolume has another device on the same mount. A lock on a directory protects all below it (tmpfiles.d(5)). */
function reasonToStayOut(directory: ReadDirectory, rule: SurveyRule, device: number): ReasonCode | undefined {
  const { path, entries, fd, stat } = directory;
  if (path !== "" && isReserved(baseName(path))) return "reserved";
  if (rule.owned.has(path)) return "other-job";
  if (path !== "" && rule.matcher.prunes(path)) return "excluded";
  if (stat.device !== device) return "other-file-system";
  if (engineOfDirectory(entries.map((entry) => entry.name)) !== undefined) return "engine-data";
  return lockIfFree(fd) ? undefined : "in-use";
}

interface Due {
  readonly path: RawPath;
  readonly stat: FileStat;
  readonly directory: ReadDirectory;
  readonly look: UseLook;
}

/** What only a look at the thing itself, or around it, can tell. */
function judgeDue(scratch: Scratch, { path, stat, directory, look }: Due, rule: SurveyRule): ReasonCode | undefined {
  if (rule.restoredRecently(joinPath(scratch.path, path))) return "restored-recently";
  if (stat.kind === "file" && stat.links > 1 && isForeign(scratch.root, path, stat)) return "linked-elsewhere";
  if (directory.stat.immutable || directory.stat.appendOnly) return "immutable";
  return look.unlessUsed({ directory: directory.fd, name: baseName(path), stat }, () => undefined);
}

/** A file with several names that is nobody's who owns a directory above it: somebody may have planted a link (HAZARDS D2). */
function isForeign(root: number, path: RawPath, { uid }: FileStat): boolean {
  for (let at = parentOf(path); ; at = parentOf(at)) {
    const fd = openBeneath(root, at, open.O_PATH | open.O_DIRECTORY | open.O_NOFOLLOW);
    const owner = statFd(fd).uid;
    closeFd(fd);
    if (owner === uid) return false;
    if (at === "") return true;
  }
}
