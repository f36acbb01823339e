/** Milliseconds that one thread spent on the parts of copying. */
export interface CopyTimes {
  readonly read: number;
  readonly compress: number;
  readonly write: number;
}

export interface CopyClock {
  readonly time: <T>(part: keyof CopyTimes, work: () => T) => T;
  readonly times: () => CopyTimes;
}

/** Measures the parts of copying by a monotonic clock of milliseconds. */
export function startCopyClock(elapsed: () => number): CopyClock {
  const times = { read: 0, compress: 0, write: 0 };
  return {
    time: (part, work) => {
      const begun = elapsed();
      const result = work();
      times[part] += elapsed() - begun;
      return result;
    },
    times: () => ({ ...times }),
  };
}
