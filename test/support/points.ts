import type { TracedCall } from "./strace.ts";

/** A call at which a run is to be hurt, as a run without harm showed it. */
export interface Point {
  readonly call: string;
  readonly occurrence: number;
  /** The call as strace showed it there. */
  readonly text: string;
}

/**
 * The first, middle and last place of each thread and kind of place at which `call` can be met; calls on pipes, sockets
 * and events of Node itself are none. strace counts in each thread by itself, so an occurrence means the thread that
 * gets that far first; what lies behind another thread's count is out of reach.
 */
export function pointsOf(calls: readonly TracedCall[], call: string): readonly Point[] {
  const reached = new Map<number, Point>();
  const groups = Map.groupBy(
    calls.filter((each) => {
      if (each.call !== call || reached.has(each.occurrence)) return false;
      reached.set(each.occurrence, each);
      return concernsFile(each.text);
    }),
    ({ thread, text }) => `${thread} ${placeOf(text)}`,
  );
  return [...groups.values()].flatMap(firstMiddleLast).map(({ occurrence, text }) => ({ call, occurrence, text }));
}

function firstMiddleLast<T>(points: readonly T[]): readonly T[] {
  const places = new Set([0, Math.floor((points.length - 1) / 2), points.length - 1]);
  return [...places].flatMap((place) => points[place] ?? []);
}

function concernsFile(text: string): boolean {
  return !/^\w+\(\d+<(pipe|socket|anon_inode|\/dev|\/proc|\/usr|\/etc|UNIX)/.test(text) && /<\/|"\//.test(text);
}

const places = [
  ["probe", /\/probe-\d/],
  ["staging", /\.tierkeep\/staging/],
  ["manifests", /\.tierkeep\/manifests/],
  ["tier", /\.tierkeep/],
  ["stored", /\/scene\/logs/],
  ["catalog", /catalog\.db/],
  ["lock", /\/locks/],
  ["source", /\/mnt\/log[/>]/],
] as const;

/** Which part of the scene a call is about, by its first path. */
export function placeOf(text: string): string {
  const about = /[<"](\/[^">]*>?)/.exec(text)?.[1] ?? "";
  return places.find(([, pattern]) => pattern.test(about))?.[0] ?? "other";
}
