import type { DaySpan } from "./limits.ts";

/** Whether a moment lies in one of the spans, by the local time of this machine. */
export function isWithinDaySpans(spans: readonly DaySpan[], nowMs: number): boolean {
  const now = new Date(nowMs);
  const minutes = now.getHours() * 60 + now.getMinutes();
  return spans.some(({ from, to }) => (from < to ? from <= minutes && minutes < to : minutes >= from || minutes < to));
}
