import type { RawPath } from "../lib/raw-path.ts";
import { examplePath, type ScanReason, type Tally } from "./tally.ts";

export interface ScanCount {
  readonly count: number;
  readonly bytes: number;
  /** The first few paths. */
  readonly examples: readonly RawPath[];
}

/** Adds up what stays, directory by directory. */
export interface ScanTotals {
  readonly add: (directory: RawPath, tally: Tally) => void;
  readonly result: () => ReadonlyMap<ScanReason, ScanCount>;
}

const examplesKept = 3;

export function scanTotals(): ScanTotals {
  const counts = new Map<ScanReason, { count: number; bytes: number; readonly examples: RawPath[] }>();
  return {
    add: (directory, { code, count, bytes, example }) => {
      const total = counts.get(code) ?? { count: 0, bytes: 0, examples: [] };
      counts.set(code, total);
      total.count += count;
      total.bytes += bytes;
      if (total.examples.length < examplesKept) total.examples.push(examplePath(directory, example));
    },
    result: () => counts,
  };
}
