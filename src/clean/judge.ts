import type { FileStat } from "../host/stat.ts";
import { baseName, type RawPath } from "../lib/raw-path.ts";
import { isLoginRecord } from "../policies/engine-data.ts";
import type { Matcher } from "../policies/patterns.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { type Stamp, stamps } from "./rule.ts";

export interface JudgeRule {
  readonly matcher: Matcher;
  readonly olderThanMs: number;
  /** All of these must be old. */
  readonly ageBy: readonly Stamp[];
}

export interface Found {
  /** From the root. */
  readonly path: RawPath;
  readonly facts: InodeFacts;
}

/** What a judgement needs to know of an inode. */
export interface InodeFacts extends Pick<FileStat, "kind" | "mode"> {
  /** Immutable or append-only. */
  readonly isGuarded: boolean;
  /** Milliseconds since 1970, with their fraction; `undefined` where the file system does not keep it. */
  readonly stampMs: (stamp: Stamp) => number | undefined;
}

export function factsOf(stat: FileStat): InodeFacts {
  const stamps = { atime: stat.accessedNs, mtime: stat.modifiedNs, ctime: stat.changedNs, btime: stat.bornNs };
  return {
    kind: stat.kind,
    mode: stat.mode,
    isGuarded: stat.immutable || stat.appendOnly,
    stampMs: (stamp) => (stamps[stamp] === undefined ? undefined : Number(stamps[stamp]) / 1e6),
  };
}

/** Why a thing that is no directory stays, or `undefined` when it is due; from facts alone, before anybody is asked who uses it. */
export function judgeFile(found: Found, rule: JudgeRule, nowMs: number): ReasonCode | undefined {
  const name = baseName(found.path);
  if (isReserved(name)) return "reserved";
  if (!rule.matcher.selects(found.path)) return "excluded";
  if (found.facts.kind === "device") return "device-node";
  if (isLoginRecord(name)) return "engine-data";
  return judgeInode(found.facts) ?? judgeStamps(found.facts, rule, nowMs);
}

/** The same for a directory that nothing is left in; its ctime does not count, since removing what was in it renews that. */
export function judgeDirectory(found: Found, rule: JudgeRule, nowMs: number): ReasonCode | undefined {
  if (!rule.matcher.selects(found.path)) return "excluded";
  const ageBy = rule.ageBy.filter((stamp) => stamp !== "ctime");
  const counted = ageBy.length === 0 ? directoryStamps : ageBy;
  return judgeInode(found.facts) ?? judgeStamps(found.facts, { ...rule, ageBy: counted }, nowMs);
}

const directoryStamps = ["atime", "mtime", "btime"] as const satisfies readonly Stamp[];

const reserved: ReadonlySet<string> = new Set([
  ...["lost+found", "aquota.user", "aquota.group", "quota.user", "quota.group", ".journal"],
  ...[".tierkeep", ".tierkeep-quarantine"],
]);

/** What a file system or tierkeep itself keeps under this name, wherever it lies. */
export function isReserved(name: RawPath): boolean {
  return reserved.has(name);
}

const sticky = 0o1000;

function judgeInode({ mode, isGuarded }: InodeFacts): ReasonCode | undefined {
  if ((mode & sticky) !== 0) return "sticky";
  return isGuarded ? "immutable" : undefined;
}

/** Every stamp that counts must be old; one from the future means that nothing here tells an age (HAZARDS D5, M17). */
export function judgeStamps(
  { stampMs }: Pick<InodeFacts, "stampMs">,
  { ageBy, olderThanMs }: Pick<JudgeRule, "ageBy" | "olderThanMs">,
  nowMs: number,
): ReasonCode | undefined {
  for (const stamp of stamps) {
    // Stamps come from the kernel's coarse clock and may run a tick ahead of a millisecond that was cut off.
    if ((stampMs(stamp) ?? 0) > nowMs + 1) return "from-the-future";
  }
  let newestMs: number | undefined;
  for (const stamp of ageBy) {
    const ms = stampMs(stamp);
    if (ms !== undefined && (newestMs === undefined || ms > newestMs)) newestMs = ms;
  }
  if (newestMs === undefined) return "age-unknown";
  return nowMs - newestMs >= olderThanMs ? undefined : "too-young";
}
