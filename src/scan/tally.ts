import { pathIn, type RawPath } from "../lib/raw-path.ts";
import type { ReasonCode } from "../policies/reasons.ts";

/** Why things of one directory stay; the index knows a code by its place here, so codes are only added. */
export const scanReasons = [
  "too-young",
  "from-the-future",
  "excluded",
  "special-file",
  "other-file-system",
  "engine-data",
  ...(["reserved", "other-job", "device-node", "sticky", "immutable", "age-unknown"] as const),
  ...(["in-use", "open-unknown", "live-socket", "linked-elsewhere", "changed-since-plan"] as const),
] as const satisfies readonly ReasonCode[];

export type ScanReason = (typeof scanReasons)[number];

/** What stays in one directory for one reason. */
export interface Tally {
  readonly code: ScanReason;
  count: number;
  bytes: number;
  /** One name in the directory; empty for the directory itself. */
  readonly example: RawPath;
}

export function tallyOf(tallies: readonly Tally[], code: ScanReason): Tally | undefined {
  for (const tally of tallies) if (tally.code === code) return tally;
  return undefined;
}

export function startTally(tallies: Tally[], code: ScanReason, example: RawPath): Tally {
  const tally: Tally = { code, count: 0, bytes: 0, example };
  tallies.push(tally);
  return tally;
}

/** The path of a tally's example; `.` stands for the root itself. */
export function examplePath(directory: RawPath, example: RawPath): RawPath {
  if (example !== "") return pathIn(directory, example);
  return directory === "" ? ("." as RawPath) : directory;
}
