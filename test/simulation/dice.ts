import { type Seeded, seeded } from "../support/seeded.ts";

/** A whole number below the given one. */
export type Roll = (below: number) => number;

export interface Dice extends Seeded {
  readonly roll: Roll;
  /** Nobody chose the seed, so that what comes is known. */
  readonly isUsual: boolean;
}

/** What chance brings, repeated by `TIERKEEP_SEED`. */
export function openDice(): Dice {
  const dice = seeded();
  const isUsual = process.env.TIERKEEP_SEED === undefined;
  return { ...dice, isUsual, roll: (below) => dice.pick(Array.from({ length: below }, (_, index) => index)) };
}
