export type StopReason = "stop_after" | "not_between";

/** Keeps a job within `[limits]`; asked before each piece of work, never in the middle of one. */
export interface Pacer {
  /** Resolves when this much more may be read and written: by the rates, and by how much the machine waits for its disks. */
  readonly pace: (bytes: { readonly read: number; readonly written: number }) => Promise<void>;
  /** Why no new work may be begun; `undefined`: go on. */
  readonly stopReason: () => StopReason | undefined;
  /** The disk under the state directory is full: journal little at a time, so that the first deeds make room. */
  readonly isTight: () => boolean;
  /** How long work has paused because of the machine's disks. */
  readonly pausedMs: () => number;
}

/** Without any limit. */
export const unpaced: Pacer = {
  pace: () => Promise.resolve(),
  stopReason: () => undefined,
  pausedMs: () => 0,
  isTight: () => false,
};
