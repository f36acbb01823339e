import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../host/host.ts";
import type { IoPressure } from "../host/io-pressure.ts";
import { isWithinDaySpans } from "./day-span.ts";
import { mustGiveWay, othersWait } from "./give-way.ts";
import type { Limits } from "./limits.ts";
import type { Pacer } from "./pacer.ts";
import { rateOf } from "./rate.ts";

export interface PacerFacts {
  /** `stopAfterMs` is what is left of it when the job begins. */
  readonly limits: Limits;
  readonly clock: Clock;
  /** Ends every wait. */
  readonly signal: AbortSignal;
  readonly readPressure: () => IoPressure | undefined;
  /** `recentRatio` just before the run. */
  readonly baselineRatio: number;
  readonly isTight: () => boolean;
  /** Called at least once a second while it waits, since a wait is no stall. */
  readonly onWaiting: () => void;
}

/** Keeps one job within `[limits]`, from now on. */
export function openPacer(facts: PacerFacts): Pacer {
  const { limits, clock } = facts;
  const beganMs = clock.elapsed();
  const rates = { read: rateOf(limits.readRate), written: rateOf(limits.writeRate) };
  const politeness = openPoliteness(facts, beganMs);
  return {
    pace: async ({ read, written }) => {
      const nowMs = clock.elapsed();
      await wait(facts, Math.max(rates.read.waitMs(read, nowMs), rates.written.waitMs(written, nowMs)));
      await politeness.giveWay();
    },
    stopReason: () => {
      if (limits.stopAfterMs !== undefined && clock.elapsed() - beganMs >= limits.stopAfterMs) return "stop_after";
      return isWithinDaySpans(limits.notBetween, clock.now()) ? "not_between" : undefined;
    },
    isTight: facts.isTight,
    pausedMs: politeness.pausedMs,
  };
}

interface Politeness {
  readonly giveWay: () => Promise<void>;
  readonly pausedMs: () => number;
}

const sliceMs = 200;
/** The kernel brings its average up to date that often. */
const lookEveryMs = 2_000;

/** Pauses all that ask at once together, while others wait for the machine's disks more than before the run. */
function openPoliteness(facts: PacerFacts, beganMs: number): Politeness {
  const { clock } = facts;
  let pausedMs = 0;
  let nextLookMs = 0;
  let pausing: Promise<void> | undefined;
  const pause = async () => {
    for (let pauseMs = 0; !facts.signal.aborted; ) {
      const before = facts.readPressure();
      const elapsedMs = clock.elapsed() - beganMs;
      if (before === undefined || !mustGiveWay(facts, before, { pauseMs, pausedMs, elapsedMs })) return;
      const took = await wait(facts, sliceMs);
      pauseMs += took;
      pausedMs += took;
      const after = facts.readPressure() ?? before;
      if (!othersWait(after.waitedMs - before.waitedMs, took)) return;
    }
  };
  return {
    pausedMs: () => pausedMs,
    giveWay: async () => {
      if (pausing === undefined && clock.elapsed() < nextLookMs) return;
      pausing ??= pause().finally(() => {
        pausing = undefined;
        nextLookMs = clock.elapsed() + lookEveryMs;
      });
      await pausing;
    },
  };
}

/** Resolves to the milliseconds that it took; fewer than asked for when the signal comes. */
async function wait({ clock, signal, onWaiting }: PacerFacts, ms: number): Promise<number> {
  const beganMs = clock.elapsed();
  for (let leftMs = ms; leftMs > 0 && !signal.aborted; leftMs = ms - (clock.elapsed() - beganMs)) {
    onWaiting();
    await sleep(Math.min(leftMs, 1_000));
  }
  return clock.elapsed() - beganMs;
}
