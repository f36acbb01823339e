import type { RawPath } from "../lib/raw-path.ts";
import type { ReasonCode } from "./reasons.ts";

export interface KeptCount {
  readonly count: number;
  /** The first few paths. */
  readonly examples: readonly RawPath[];
}

/** One thing that keeps the whole that it is a part of. */
export interface InTheWay {
  readonly path: RawPath;
  readonly why: string;
}

export type OnKept = (code: ReasonCode, path: RawPath, inTheWay?: InTheWay) => void;

export type Kept = Readonly<Partial<Record<ReasonCode, KeptCount>>>;

/** Counts what a plan leaves alone, by reason, with a few examples of each. */
export interface KeptTally {
  readonly add: OnKept;
  /** Many at once, none of which is told by itself. */
  readonly addCounted: (code: ReasonCode, counted: KeptCount) => void;
  readonly result: () => Kept;
}

const examplesKept = 3;

export function tallyKept(onEach?: OnKept): KeptTally {
  const counts = new Map<ReasonCode, { count: number; readonly examples: RawPath[] }>();
  const addCounted: KeptTally["addCounted"] = (code, { count, examples }) => {
    const entry = counts.get(code) ?? { count: 0, examples: [] };
    counts.set(code, entry);
    entry.count += count;
    entry.examples.push(...examples.slice(0, examplesKept - entry.examples.length));
  };
  return {
    addCounted,
    add: (code, path, inTheWay) => {
      addCounted(code, { count: 1, examples: [path] });
      onEach?.(code, path, inTheWay);
    },
    result: () => Object.fromEntries(counts),
  };
}
