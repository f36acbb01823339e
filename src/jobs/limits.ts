/** `[limits]`: how long, when and how hard runs may work (`src/jobs/schema.ts` makes it). */
export interface Limits {
  /** Milliseconds of a run after which no new work is begun. */
  readonly stopAfterMs: number | undefined;
  /** Local times between which no work is begun. */
  readonly notBetween: readonly DaySpan[];
  /** Bytes a second. */
  readonly readRate: number | undefined;
  readonly writeRate: number | undefined;
  readonly io: "idle" | "best-effort";
  /** How far PSI's `some avg10` may rise above its value before the run, as a ratio. */
  readonly ioPressure: number;
}

/** Minutes since local midnight; `to` before `from` goes over midnight. */
export interface DaySpan {
  readonly from: number;
  readonly to: number;
}
