import type { ReasonCode } from "./reasons.ts";

/** A day and a bit beyond the longest age that anybody writes. */
const longestMs = 1_000 * 365 * 86_400_000;

const passing: ReadonlySet<ReasonCode | undefined> = new Set<ReasonCode>([
  "too-young",
  "unsettled",
  "from-the-future",
  "restored-recently",
]);

/** A reason that goes away by itself if nothing is touched. */
export function passesWithTime(reason: ReasonCode | undefined): boolean {
  return passing.has(reason);
}

/**
 * The first millisecond, not before `fromMs`, from which something is true for ever; `undefined` when that is a
 * thousand years away. It asks the very judge that plans, so that a date told can never differ from the plan of that day.
 */
export function firstMoment(isTrue: (nowMs: number) => boolean, fromMs: number): number | undefined {
  let early = Math.floor(fromMs);
  if (isTrue(early)) return early;
  for (let stepMs = 1_000; stepMs < longestMs; stepMs *= 2) {
    const late = early + stepMs;
    if (isTrue(late)) return between(isTrue, early, late);
    early = late;
  }
  return undefined;
}

/** False at `early`, true at `late`. */
function between(isTrue: (nowMs: number) => boolean, early: number, late: number): number {
  let [no, yes] = [early, late];
  while (yes - no > 1) {
    const middle = Math.floor((no + yes) / 2);
    if (isTrue(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}
