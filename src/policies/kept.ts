import type { RawPath } from "../lib/raw-path.ts";
import type { ReasonCode } from "./reasons.ts";

export interface KeptCount {
  readonly count: number;
  /** The first few paths. */
  readonly examples: readonly RawPath[];
}

export type Kept = Readonly<Partial<Record<ReasonCode, KeptCount>>>;

/** Counts what a plan leaves alone, by reason, with a few examples of each. */
export interface KeptTally {
  readonly add: (code: ReasonCode, path: RawPath) => void;
  readonly result: () => Kept;
}

const examplesKept = 3;

export function tallyKept(onEach?: (code: ReasonCode, path: RawPath) => void): KeptTally {
  const counts = new Map<ReasonCode, { count: number; readonly examples: RawPath[] }>();
  return {
    add: (code, path) => {
      const entry = counts.get(code) ?? { count: 0, examples: [] };
      counts.set(code, entry);
      entry.count += 1;
      if (entry.examples.length < examplesKept) entry.examples.push(path);
      onEach?.(code, path);
    },
    result: () => Object.fromEntries(counts),
  };
}
