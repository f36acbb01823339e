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

export function addToTally(
  tallies: Tally[],
  code: ScanReason,
  one: { readonly name: RawPath; readonly bytes: number },
): void {
  for (const tally of tallies) {
    if (tally.code !== code) continue;
    tally.count += 1;
    tally.bytes += one.bytes;
    return;
  }
  tallies.push({ code, count: 1, bytes: one.bytes, example: one.name });
}

/** The path of a tally's example; `.` stands for the root itself. */
export function examplePath(directory: RawPath, example: RawPath): RawPath {
  if (example !== "") return pathIn(directory, example);
  return directory === "" ? ("." as RawPath) : directory;
}
