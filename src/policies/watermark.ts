/** How full a file system is, as one look tells. */
export interface Fullness {
  readonly usedBytes: number;
  /** What is used and what may still be, by a process without privilege. */
  readonly usableBytes: number;
}

/** Ratios of the usable bytes. */
export interface Watermark {
  readonly whenAbove: number;
  readonly untilBelow: number;
}

/** 0 for one without any room. */
export function usedRatio({ usedBytes, usableBytes }: Fullness): number {
  return usableBytes === 0 ? 0 : usedBytes / usableBytes;
}

/** The bytes that have to go; 0 while it is not fuller than `whenAbove`. Counted once: nobody looks again (HAZARDS D19). */
export function bytesToFree(fullness: Fullness, { whenAbove, untilBelow }: Watermark): number {
  if (usedRatio(fullness) <= whenAbove) return 0;
  return Math.max(Math.ceil(fullness.usedBytes - untilBelow * fullness.usableBytes), 0);
}

/** How full it would be with so much less on it. */
export function ratioWithout({ usedBytes, usableBytes }: Fullness, bytes: number): number {
  return usedRatio({ usedBytes: Math.max(usedBytes - bytes, 0), usableBytes });
}
