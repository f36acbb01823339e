import type { TracedCall } from "./strace.ts";

/** A call at which a run is to be hurt, as a run without harm showed it. */
export interface Point {
  readonly call: string;
  readonly occurrence: number;
  /** The call as strace showed it there. */
  readonly text: string;
}

/**
 * The first, middle and last place of each thread and part of the scene at which `call` can be met. strace counts in
 * each thread by itself, so an occurrence means the thread that gets that far first; what lies behind another thread's
 * count is out of reach.
 */
export function pointsOf(calls: readonly TracedCall[], call: string): readonly Point[] {
  const reached = new Set<number>();
  const groups = Map.groupBy(
    calls.filter((each) => {
      if (each.call !== call || reached.has(each.occurrence)) return false;
      reached.add(each.occurrence);
      return concernsScene(each.text);
    }),
    ({ thread, text }) => `${thread} ${placeOf(text)}`,
  );
  return [...groups.values()].flatMap(firstMiddleLast).map(({ occurrence, text }) => ({ call, occurrence, text }));
}

function firstMiddleLast<T>(points: readonly T[]): readonly T[] {
  const chosen = new Set([0, Math.floor((points.length - 1) / 2), points.length - 1]);
  return [...chosen].flatMap((place) => points[place] ?? []);
}

/** True for a call on something of the scene, and not on a pipe, an event or a file of Node itself. */
export function concernsScene(text: string): boolean {
  return /^\w+\([^<"]*[<"][^>"]*\/(tierkeep-|etilqs_)/.test(text);
}

const parts = [
  ["probe", /\/probe-\d/],
  ["staging folder", /\.tierkeep\/staging(\/[^/>]*){0,2}>/],
  ["staging", /\.tierkeep\/staging/],
  ["aside", /\.tierkeep-aside-/],
  ["daily copies", /\.tierkeep\/hosts|\.tierkeep>, "hosts"/],
  ["manifests", /\.tierkeep\/manifests/],
  ["tier", /\.tierkeep/],
  ["stored", /\/scene\/logs/],
  ["catalog", /catalog\.(db|copy)/],
  ["scan index", /\/scan\.db/],
  ["reserve", /\/state\/reserve/],
  ["lock", /\/locks/],
  ["state", /\/state[>"]/],
  ["mount", /\/tierkeep-loop-[^/>]*(\/mnt)?>$/],
  ["source", /\/mnt\/log[/>]/],
] as const;

/** Which part of the scene a call is about, by its first path. */
export function placeOf(text: string): string {
  const about = /[<"](\/[^">]*(?:>, "[^"]*"|>)?)/.exec(text)?.[1] ?? "";
  return parts.find(([, pattern]) => pattern.test(about))?.[0] ?? "other";
}
