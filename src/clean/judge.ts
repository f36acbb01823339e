import type { FileStat } from "../host/stat.ts";
import { baseName, type RawPath } from "../lib/raw-path.ts";
import { isLoginRecord } from "../policies/engine-data.ts";
import type { Matcher } from "../policies/patterns.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { type Stamp, stamps } from "./rule.ts";

export type AgeRule = Pick<JudgeRule, "ageBy" | "olderThanMs">;

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

/** What facts alone tell of why a thing stays. */
export type FactReason = Extract<
  ReasonCode,
  | "reserved"
  | "excluded"
  | "device-node"
  | "engine-data"
  | "sticky"
  | "immutable"
  | "from-the-future"
  | "age-unknown"
  | "too-young"
>;

/** Why a thing that is no directory stays, or `undefined` when it is due; from facts alone, before anybody is asked who uses it. */
export function judgeFile(found: Found, rule: JudgeRule, nowMs: number): FactReason | undefined {
  const name = baseName(found.path);
  if (isReserved(name)) return "reserved";
  if (!rule.matcher.selects(found.path)) return "excluded";
  if (found.facts.kind === "device") return "device-node";
  if (isLoginRecord(name)) return "engine-data";
  return judgeInode(found.facts) ?? judgeStamps(found.facts, rule, nowMs);
}

/** The same for a directory that nothing is left in. */
export function judgeDirectory(found: Found, rule: JudgeRule, nowMs: number): FactReason | undefined {
  if (!rule.matcher.selects(found.path)) return "excluded";
  return judgeInode(found.facts) ?? judgeDirectoryStamps(found.facts, rule, nowMs);
}

/** Its ctime does not count, since removing what was in it renews that. */
export function judgeDirectoryStamps(facts: InodeFacts, rule: AgeRule, nowMs: number): FactReason | undefined {
  return judgeStamps(facts, { ...rule, ageBy: stampsOfDirectory(rule) }, nowMs);
}

/** The stamp by which a directory's age is told, in milliseconds since 1970; `undefined` where the file system keeps none. */
export function newestOfDirectoryMs(facts: InodeFacts, rule: AgeRule): number | undefined {
  return newestMs(facts, stampsOfDirectory(rule));
}

function stampsOfDirectory({ ageBy }: AgeRule): readonly Stamp[] {
  const counted = ageBy.filter((stamp) => stamp !== "ctime");
  return counted.length === 0 ? directoryStamps : counted;
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

function judgeInode({ mode, isGuarded }: InodeFacts): FactReason | undefined {
  if ((mode & sticky) !== 0) return "sticky";
  return isGuarded ? "immutable" : undefined;
}

/** Every stamp that counts must be old; one from the future means that nothing here tells an age (HAZARDS D5, M17). */
export function judgeStamps(
  facts: Pick<InodeFacts, "stampMs">,
  { ageBy, olderThanMs }: AgeRule,
  nowMs: number,
): FactReason | undefined {
  for (const stamp of stamps) {
    // Stamps come from the kernel's coarse clock and may run a tick ahead of a millisecond that was cut off.
    if ((facts.stampMs(stamp) ?? 0) > nowMs + 1) return "from-the-future";
  }
  const newest = newestMs(facts, ageBy);
  if (newest === undefined) return "age-unknown";
  return nowMs - newest >= olderThanMs ? undefined : "too-young";
}

function newestMs({ stampMs }: Pick<InodeFacts, "stampMs">, ageBy: readonly Stamp[]): number | undefined {
  let newest: number | undefined;
  for (const stamp of ageBy) {
    const ms = stampMs(stamp);
    if (ms !== undefined && (newest === undefined || ms > newest)) newest = ms;
  }
  return newest;
}
