import type { MemberKind } from "../catalog/set-table.ts";
import { listDirectory } from "../host/files.ts";
import { closeFd } from "../host/posix.ts";
import { type FileStat, statAt, statFd } from "../host/stat.ts";
import { baseName, pathIn, type RawPath } from "../lib/raw-path.ts";
import { judgeAge, newestStamp } from "../policies/age.ts";
import { engineOfDirectory } from "../policies/engine-data.ts";
import type { AgeRule } from "../policies/file-fact.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { openDirectory } from "../scan/open-directory.ts";
import { asideNames } from "./set-aside.ts";
import { blockedBy, blockedByError, type SetVerdict } from "./set-verdict.ts";
import { isTimeInRange } from "./survey.ts";

export interface FoundEntry {
  /** From the source's root. */
  readonly path: RawPath;
  readonly stat: FileStat;
}

export interface FoundMember extends FoundEntry {
  readonly kind: MemberKind;
}

export interface SetWalk {
  readonly root: number;
  readonly entry: RawPath;
  /** Of the source's root: all of a set lies on its mount and in its file system. */
  readonly mount: Pick<FileStat, "mountId" | "device">;
  readonly rule: { readonly age: AgeRule; readonly nowMs: number };
}

export interface WalkedSet {
  readonly verdict: SetVerdict | undefined;
  /** Of its newest file; of its newest directory or link where there is no file. */
  readonly newestNs: bigint;
  /** Of its files that were found too young. */
  readonly youngest: RawPath | undefined;
  /** A directory in it that has a tier's own folder. */
  readonly tierAt: RawPath | undefined;
}

interface Walking extends SetWalk {
  readonly visit: (found: FoundMember) => void;
  readonly pending: RawPath[];
  newestFileNs: bigint | undefined;
  newestOtherNs: bigint;
  /** The first thing that is too young. */
  young: SetVerdict | undefined;
  youngestFile: { readonly path: RawPath; readonly stampNs: bigint } | undefined;
  /** The first thing that keeps the set, whatever its age. */
  blocked: SetVerdict | undefined;
  tierAt: RawPath | undefined;
}

/**
 * Walks one directory of a source, the parents first: no link is followed, no mount crossed. It ends early, after the
 * first directory in which something is too young; from that on nothing is visited.
 */
export function walkSet(walk: SetWalk, visit: (found: FoundMember) => void): WalkedSet {
  const walking: Walking = {
    ...walk,
    visit,
    pending: [walk.entry],
    newestFileNs: undefined,
    newestOtherNs: -(2n ** 63n),
    young: undefined,
    youngestFile: undefined,
    blocked: undefined,
    tierAt: undefined,
  };
  for (
    let path = walking.pending.pop();
    path !== undefined && walking.young === undefined;
    path = walking.pending.pop()
  )
    unlessUnreadable(walking, path, () => walkDirectory(walking, path));
  const { newestFileNs, newestOtherNs, young, youngestFile, blocked, tierAt } = walking;
  const verdict = young ?? whole(walking) ?? blocked;
  return { verdict, newestNs: newestFileNs ?? newestOtherNs, youngest: youngestFile?.path, tierAt };
}

function unlessUnreadable(walking: Walking, path: RawPath, look: () => void): void {
  try {
    look();
  } catch (error) {
    const blocked = blockedByError(path, error);
    walking.blocked ??= blocked;
  }
}

/** A set without a file is as old as its newest directory. */
function whole({ rule, entry, newestFileNs, newestOtherNs }: Walking): SetVerdict | undefined {
  const age = BigInt(Math.floor(rule.nowMs)) * 1_000_000n - newestOtherNs;
  const isYoung = newestFileNs === undefined && age < BigInt(rule.age.olderThanMs) * 1_000_000n;
  return isYoung ? { code: "too-young", path: entry, inTheWay: undefined } : undefined;
}

function walkDirectory(walking: Walking, path: RawPath): void {
  const fd = openDirectory(walking.root, path);
  try {
    const stat = statFd(fd);
    judgeDirectory(walking, path, stat);
    if (walking.young !== undefined || isForeign(walking, path, stat) || !isRecordable(walking, path, stat)) return;
    walking.visit({ path, stat, kind: "directory" });
    const entries = [...listDirectory(fd)];
    const engine = engineOfDirectory(entries.map(({ name }) => name));
    if (engine !== undefined)
      walking.blocked ??= blockedBy(path, `${engine}'s own files; an age rule must not sweep those`);
    for (const { name } of entries) {
      if (name === ".tierkeep") walking.tierAt ??= path;
      const member = pathIn(path, name);
      unlessUnreadable(walking, member, () => walkMember(walking, member, statAt(fd, name)));
    }
  } finally {
    closeFd(fd);
  }
}

function walkMember(walking: Walking, path: RawPath, stat: FileStat): void {
  const { kind } = stat;
  if (kind === "directory") walking.pending.push(path);
  else if (isForeign(walking, path, stat) || !isRecordable(walking, path, stat)) return;
  else if (kind === "file" || kind === "link") {
    if (kind === "file") judgeFile(walking, path, stat);
    else judgeOther(walking, stat);
    if (walking.young === undefined) walking.visit({ path, stat, kind });
  } else walking.blocked ??= blockedBy(path, `a ${kind === "fifo" ? "FIFO" : kind}, which no tier can hold`);
}

function judgeFile(walking: Walking, path: RawPath, stat: FileStat): void {
  const { rule, newestFileNs } = walking;
  const code = judgeAge(stat, rule.age, rule.nowMs);
  const stampNs = newestStamp(stat, rule.age.ageBy);
  if (code !== undefined) {
    stays(walking, code);
    if (code === "too-young") noteYoung(walking, path, stampNs);
    return;
  }
  if (newestFileNs === undefined || stampNs > newestFileNs) walking.newestFileNs = stampNs;
  if (baseName(path).startsWith(asideNames))
    walking.blocked ??= blockedBy(path, "a dead run set it aside, and has to be repaired first");
  else checkAttributes(walking, path, stat);
}

function stays(walking: Walking, code: ReasonCode): void {
  walking.young ??= { code, path: walking.entry, inTheWay: undefined };
}

function noteYoung(walking: Walking, path: RawPath, stampNs: bigint): void {
  const { youngestFile } = walking;
  if (youngestFile === undefined || stampNs > youngestFile.stampNs) walking.youngestFile = { path, stampNs };
}

function judgeDirectory(walking: Walking, path: RawPath, stat: FileStat): void {
  checkAttributes(walking, path, stat);
  judgeOther(walking, stat);
}

/** Of what is no file only what nobody can set back must be old: `settled_for`. */
function judgeOther(walking: Walking, stat: FileStat): void {
  const { rule } = walking;
  if (stat.modifiedNs > walking.newestOtherNs) walking.newestOtherNs = stat.modifiedNs;
  const code = judgeAge(stat, { ...rule.age, ageBy: ["mtime"], olderThanMs: 0 }, rule.nowMs);
  if (code !== undefined) stays(walking, code);
}

function checkAttributes(walking: Walking, path: RawPath, stat: FileStat): void {
  if (stat.immutable || stat.appendOnly) walking.blocked ??= blockedBy(path, "immutable or append-only (lsattr)");
}

/** The catalog cannot hold every time and size that a file system does. */
function isRecordable(walking: Walking, path: RawPath, stat: FileStat): boolean {
  const isInRange = isTimeInRange(stat);
  if (isInRange && stat.sizeBytes <= Number.MAX_SAFE_INTEGER) return true;
  walking.blocked ??= blockedBy(path, isInRange ? "its size cannot be" : "its times are out of range: touch it");
  return false;
}

function isForeign(walking: Walking, path: RawPath, { mountId, device }: FileStat): boolean {
  if (mountId === walking.mount.mountId && device === walking.mount.device) return false;
  walking.blocked ??= blockedBy(path, "another file system is mounted there");
  return true;
}
