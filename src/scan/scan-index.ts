import type { RawPath } from "../lib/raw-path.ts";

/**
 * What is remembered of trees between scans, so that a directory in which nothing can be due need not be read again. Any
 * of it may be gone at any time, and what cannot be written is simply not remembered: no call ever fails.
 */
export interface ScanIndex {
  readonly openTree: (tree: TreeId) => TreeIndex;
}

export interface TreeId {
  readonly job: string;
  /** The absolute path of its root. */
  readonly root: RawPath;
  /** All that must be the same for anything remembered to count. */
  readonly identity: string;
}

export interface TreeIndex {
  /** When the whole tree was read last, in milliseconds since 1970; `undefined` where nothing remembered counts. */
  readonly fullAtMs: number | undefined;
  /** The block of one directory, by its path from the root. */
  readonly read: (path: RawPath) => Uint8Array | undefined;
  readonly write: (path: RawPath, block: Uint8Array) => void;
  /** The walk came to its end; when all directories were read, what was not written in it is forgotten. */
  readonly finish: (walk: { readonly startedMs: number; readonly isFull: boolean }) => void;
}
