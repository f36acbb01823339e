/** Spreads work over time so that its bytes stay below a rate. */
export interface Rate {
  /** Milliseconds to wait before so many bytes more; what is asked for is taken as done then. */
  readonly waitMs: (bytes: number, nowMs: number) => number;
}

/** `bytesPerSecond` is kept over any time but for the last piece: nothing is saved up while nothing is done. */
export function rateOf(bytesPerSecond: number | undefined): Rate {
  if (bytesPerSecond === undefined) return { waitMs: () => 0 };
  let freeAtMs = 0;
  return {
    waitMs: (bytes, nowMs) => {
      const startsAtMs = Math.max(freeAtMs, nowMs);
      freeAtMs = startsAtMs + (bytes / bytesPerSecond) * 1000;
      return startsAtMs - nowMs;
    },
  };
}
