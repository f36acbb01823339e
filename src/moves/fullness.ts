import { fileSystemOf } from "../host/filesystem.ts";
import { syncFileSystem } from "../host/posix.ts";
import type { FreedBefore } from "../jobs/job.ts";
import type { OpenSource } from "../jobs/source.ts";
import { formatBytes, formatPercent } from "../lib/units.ts";
import { bytesToFree, type Fullness, ratioWithout, usedRatio, type Watermark } from "../policies/watermark.ts";
import type { MoveRule } from "./rule.ts";

/** What a watermark asks of one plan. */
export interface Filled {
  readonly watermark: Watermark;
  /** Of the source's file system, when it was planned. */
  readonly fullness: Fullness;
  /** 0: nothing moves. */
  readonly toFreeBytes: number;
}

/**
 * Looks once how full the source's file system is, or will be when the jobs before have freed what they plan to;
 * `undefined` for a rule that does not ask. @throws SystemError
 */
export function lookHowFull(
  { whenAbove, untilBelow }: MoveRule,
  source: OpenSource,
  freedBefore: FreedBefore,
): Filled | undefined {
  if (whenAbove === undefined || untilBelow === undefined) return undefined;
  const watermark = { whenAbove, untilBelow };
  const { usedBytes, usableBytes } = fullnessOf(source);
  const before = freedBefore[source.mount.mountPoint] ?? 0;
  const fullness = { usedBytes: Math.max(usedBytes - before, 0), usableBytes };
  return { watermark, fullness, toFreeBytes: bytesToFree(fullness, watermark) };
}

function fullnessOf({ root }: OpenSource): Fullness {
  const { usedBytes, freeBytes } = fileSystemOf(root);
  return { usedBytes, usableBytes: usedBytes + freeBytes };
}

/** Why a plan goes no further than it does. */
export type PlanEnd = "enough" | "cap" | "no-room" | "no-more";

/** How far a plan would get, and why it stops there. */
export function fullnessWords(
  filled: Filled,
  { mount }: OpenSource,
  plan: { allocatedBytes: number; end: PlanEnd },
): string {
  const { fullness, toFreeBytes, watermark } = filled;
  const now = formatPercent(usedRatio(fullness));
  const until = formatPercent(watermark.untilBelow);
  if (toFreeBytes === 0)
    return `${mount.mountPoint} is ${now} full: nothing moves while it is not above ${formatPercent(watermark.whenAbove)}`;
  const then = formatPercent(ratioWithout(fullness, plan.allocatedBytes));
  const freed = `would free ${formatBytes(plan.allocatedBytes)} on ${mount.mountPoint}: ${now} to ${then}`;
  const because: Readonly<Record<PlanEnd, string>> = {
    enough: `; ${until} is enough`,
    cap: `, not ${until}: max_move lets one run move no more`,
    "no-room": `, not ${until}: the tier has no room for more`,
    "no-more": `, not ${until}: nothing more is old enough`,
  };
  return `${freed}${because[plan.end]}`;
}

/** What is to be said when less than half of what was counted on got free; `undefined` when all is well. */
export function notFreedWords(before: Fullness, source: OpenSource, expectedBytes: number): string | undefined {
  const freedSince = () => before.usedBytes - fullnessOf(source).usedBytes;
  if (expectedBytes <= 0 || freedSince() >= expectedBytes / 2) return undefined;
  // btrfs and others give room back with their next commit.
  syncFileSystem(source.root);
  const freed = freedSince();
  if (freed >= expectedBytes / 2) return undefined;
  const got = freed <= 0 ? "nothing" : formatBytes(freed);
  return `${source.mount.mountPoint} has ${got} more room, where ${formatBytes(expectedBytes)} were counted on`;
}
