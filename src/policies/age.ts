import type { AgeRule, AgeStamps, FileFact } from "./file-fact.ts";
import type { ReasonCode } from "./reasons.ts";

const nsPerMs = 1_000_000n;

/**
 * Why a file is not old enough at `nowMs`, or `undefined` when it is due.
 * A stamp from the future has no age (HAZARDS M17).
 */
export function judgeAge(fact: FileFact, rule: AgeRule, nowMs: number): ReasonCode | undefined {
  const now = BigInt(Math.floor(nowMs)) * nsPerMs;
  const newest = newestChange(fact);
  // Stamps come from the kernel's coarse clock and may run a tick ahead of a millisecond that was cut off.
  const stamp = newestStamp(fact, rule.ageBy);
  if (fact.modifiedNs > now + nsPerMs || stamp > now + nsPerMs || newest > now + nsPerMs) return "from-the-future";
  if (now - stamp < BigInt(rule.olderThanMs) * nsPerMs) return "too-young";
  if (rule.settledForMs === 0) return undefined;
  return now - newest < BigInt(rule.settledForMs) * nsPerMs ? "unsettled" : undefined;
}

/** The stamp that a file's age is counted from. */
export function newestStamp({ accessedNs, modifiedNs }: FileFact, ageBy: AgeStamps): bigint {
  return ageBy.includes("atime") && accessedNs > modifiedNs ? accessedNs : modifiedNs;
}

/** The newest of ctime and birth time: nobody can set these back. */
export function newestChange(fact: FileFact): bigint {
  return fact.bornNs !== undefined && fact.bornNs > fact.changedNs ? fact.bornNs : fact.changedNs;
}
