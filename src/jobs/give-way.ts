import type { IoPressure } from "../host/io-pressure.ts";

/** What the pressure may be (`io_pressure`). */
export interface PressureLimit {
  /** Share of the last seconds in which somebody waited for a disk just before the run, 0 to 1. */
  readonly baselineRatio: number;
  readonly limits: { readonly ioPressure: number };
}

/** How long work has paused, and since when there was work, in milliseconds. */
export interface Pauses {
  /** The pause at hand. */
  readonly pauseMs: number;
  /** All pauses. */
  readonly pausedMs: number;
  /** Since the job began, pauses included. */
  readonly elapsedMs: number;
}

const longestPauseMs = 10_000;
const largestShare = 0.5;

/** Whether work pauses a little longer: one pause takes 10 s at most, all together half of the time (INTERFACE section 1). */
export function mustGiveWay({ baselineRatio, limits }: PressureLimit, now: IoPressure, pauses: Pauses): boolean {
  if (now.recentRatio <= baselineRatio + limits.ioPressure) return false;
  return pauses.pauseMs < longestPauseMs && pauses.pausedMs < pauses.elapsedMs * largestShare;
}

/** Below this share of a pause nobody waited: what the kernel counted before it was our own work. */
const othersRatio = 0.02;

/** Somebody else waited for a disk while we paused. */
export function othersWait(waitedMs: number, pauseMs: number): boolean {
  return waitedMs > pauseMs * othersRatio;
}
