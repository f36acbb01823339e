import type { RawPath } from "../lib/raw-path.ts";
import type { ScanReason, Tally } from "./tally.ts";

export interface ScanCount {
  readonly count: number;
  readonly bytes: number;
  /** The first few paths. */
  readonly examples: readonly RawPath[];
}

/** Adds up what stays, directory by directory. */
export interface ScanTotals {
  /** The path of one of them is asked for while examples are few. */
  readonly add: (tally: Pick<Tally, "code" | "count" | "bytes">, example: () => RawPath) => void;
  readonly result: () => ReadonlyMap<ScanReason, ScanCount>;
}

const examplesKept = 3;

export function scanTotals(): ScanTotals {
  const counts = new Map<ScanReason, Total>();
  return {
    add: ({ code, count, bytes }, example) => {
      const total = counts.get(code) ?? { count: 0, bytes: 0, examples: [] };
      if (total.count === 0) counts.set(code, total);
      total.count += count;
      total.bytes += bytes;
      if (total.examples.length < examplesKept) total.examples.push(example());
    },
    result: () => counts,
  };
}

interface Total extends ScanCount {
  count: number;
  bytes: number;
  readonly examples: RawPath[];
}
