import type { RawPath } from "../lib/raw-path.ts";
import { type DirectoryReader, directoryReader, type ScanRoot } from "./read-directory.ts";
import type { Reading } from "./reading.ts";
import type { ScanRule } from "./scan-rule.ts";

/** Reads directories, many at a time. */
export interface Readers extends Disposable {
  readonly ask: (path: RawPath) => void;
  /** So many wait that more would only cost memory. */
  readonly isFull: () => boolean;
  /** Some of what was asked for, in no particular order. @throws SystemError when the root cannot be read */
  readonly readings: () => Promise<readonly Reading[]>;
}

export interface ReaderOptions {
  readonly root: ScanRoot;
  readonly rule: ScanRule;
  readonly now: () => number;
}

const waitingAtMost = 512;

export function openReaders({ root, rule, now }: ReaderOptions): Readers {
  const queue: RawPath[] = [];
  const read: DirectoryReader = directoryReader(root, rule, now);
  return {
    ask: (path) => void queue.push(path),
    isFull: () => queue.length >= waitingAtMost,
    readings: async () => queue.splice(0).map(read),
    [Symbol.dispose]: () => undefined,
  };
}
