/** Choices that a seed repeats: `TIERKEEP_SEED=… npm test`. */
export interface Seeded {
  readonly seed: number;
  readonly pick: <T>(list: readonly T[]) => T;
  /** About this share of the list, in its order, never none of it. */
  readonly sample: <T>(list: readonly T[], share: number) => readonly T[];
}

/** The same cases each time, so that a failure is about the change and not the dice; `test:full` runs all. */
const usualSeed = 20_261_123;

export function seeded(seed = Number(process.env.TIERKEEP_SEED ?? usualSeed)): Seeded {
  let state = seed >>> 0;
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const pick = <T>(list: readonly T[]): T => {
    if (list.length === 0) throw new Error("nothing to pick from");
    return list[Math.floor(next() * list.length)] as T;
  };
  return {
    seed,
    pick,
    sample: (list, share) => {
      const wanted = Math.max(Math.round(list.length * share), Math.min(list.length, 1));
      const order = list.map((_, index) => ({ index, key: next() })).sort((a, b) => a.key - b.key);
      const chosen = new Set(order.slice(0, wanted).map(({ index }) => index));
      return list.filter((_, index) => chosen.has(index));
    },
  };
}

/** `TIERKEEP_FULL=1` runs every case. */
export const runsAll = process.env.TIERKEEP_FULL === "1";
