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
  const counts = new Map<ScanReason, { count: number; bytes: number; readonly examples: RawPath[] }>();
  return {
    add: ({ code, count, bytes }, example) => {
      let total = counts.get(code);
      if (total === undefined) counts.set(code, (total = { count: 0, bytes: 0, examples: [] }));
      total.count += count;
      total.bytes += bytes;
      if (total.examples.length < examplesKept) total.examples.push(example());
    },
    result: () => counts,
  };
}
