import type { FileStat } from "../host/stat.ts";
import { baseName, type RawPath } from "../lib/raw-path.ts";
import { isLoginRecord } from "../policies/engine-data.ts";
import type { Matcher } from "../policies/patterns.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import type { Stamp } from "./rule.ts";

export interface JudgeRule {
  readonly matcher: Matcher;
  readonly olderThanMs: number;
  /** All of these must be old. */
  readonly ageBy: readonly Stamp[];
}

export interface Found {
  /** From the root. */
  readonly path: RawPath;
  readonly stat: FileStat;
}

/** Why a thing that is no directory stays, or `undefined` when it is due; from facts alone, before anybody is asked who uses it. */
export function judgeFile(found: Found, rule: JudgeRule, nowMs: number): ReasonCode | undefined {
  const name = baseName(found.path);
  if (isReserved(name)) return "reserved";
  if (!rule.matcher.selects(found.path)) return "excluded";
  if (found.stat.kind === "device") return "device-node";
  if (isLoginRecord(name)) return "engine-data";
  return judgeInode(found.stat) ?? judgeStamps(found.stat, rule, nowMs);
}

/** The same for a directory that nothing is left in; its ctime does not count, since removing what was in it renews that. */
export function judgeDirectory(found: Found, rule: JudgeRule, nowMs: number): ReasonCode | undefined {
  if (!rule.matcher.selects(found.path)) return "excluded";
  const ageBy = rule.ageBy.filter((stamp) => stamp !== "ctime");
  const stamps = ageBy.length === 0 ? directoryStamps : ageBy;
  return judgeInode(found.stat) ?? judgeStamps(found.stat, { ...rule, ageBy: stamps }, nowMs);
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

function judgeInode(stat: FileStat): ReasonCode | undefined {
  if ((stat.mode & sticky) !== 0) return "sticky";
  return stat.immutable || stat.appendOnly ? "immutable" : undefined;
}

const nsPerMs = 1_000_000n;

/** Every stamp that counts must be old; one from the future means that nothing here tells an age (HAZARDS D5, M17). */
export function judgeStamps(
  stat: FileStat,
  { ageBy, olderThanMs }: Pick<JudgeRule, "ageBy" | "olderThanMs">,
  nowMs: number,
): ReasonCode | undefined {
  const now = BigInt(Math.floor(nowMs)) * nsPerMs;
  // Stamps come from the kernel's coarse clock and may run a tick ahead of a millisecond that was cut off.
  const isFuture = (ns: bigint | undefined) => ns !== undefined && ns > now + nsPerMs;
  if ([stat.accessedNs, stat.modifiedNs, stat.changedNs, stat.bornNs].some(isFuture)) return "from-the-future";
  const counted = ageBy.map((stamp) => stampOf(stat, stamp)).filter((ns) => ns !== undefined);
  if (counted.length === 0) return "age-unknown";
  const isOld = counted.every((ns) => now - ns >= BigInt(olderThanMs) * nsPerMs);
  return isOld ? undefined : "too-young";
}

function stampOf(stat: FileStat, stamp: Stamp): bigint | undefined {
  switch (stamp) {
    case "atime":
      return stat.accessedNs;
    case "mtime":
      return stat.modifiedNs;
    case "ctime":
      return stat.changedNs;
    case "btime":
      return stat.bornNs;
  }
}
