import type { SeenClock } from "../catalog/guards.ts";
import type { ClockReading } from "../host/machine-clock.ts";
import { formatDuration } from "../lib/units.ts";
import type { Refusal } from "./job.ts";

/** A network tier's server, by the time that it gave to a file written just now. */
export interface ServerClock {
  readonly tier: string;
  /** Milliseconds that it is ahead of this machine; negative when it is behind. */
  readonly aheadMs: number;
}

const toleranceMs = 5 * 60_000;
/** Clocks that nobody disciplines drift; a tenth of a percent is many times what quartz does. */
const drift = 0.001;
const longestUnseenMs = 7 * 86_400_000;

/**
 * Why the clock is not to be trusted, or `undefined` (PROTOCOLS section 4; HAZARDS D12). A first run has no last clock
 * and is trusted. What a time server disciplines is trusted, too, unless a tier's server contradicts it.
 */
export function judgeClock(
  last: SeenClock | undefined,
  now: ClockReading,
  servers: readonly ServerClock[],
): Refusal | undefined {
  const contradiction = servers.find(({ aheadMs }) => Math.abs(aheadMs) > toleranceMs);
  if (contradiction !== undefined) return refusal(serverWords(contradiction));
  if (last === undefined || now.synchronised) return undefined;
  const words = last.bootId === now.bootId ? jumpWords(last, now) : bootWords(last, now);
  return words === undefined ? undefined : refusal(words);
}

function jumpWords(last: SeenClock, now: ClockReading): string | undefined {
  const bootMs = now.bootMs - last.bootMs;
  const jumpMs = now.wallMs - last.wallMs - bootMs;
  if (Math.abs(jumpMs) <= toleranceMs + bootMs * drift) return undefined;
  return `it was set ${jumpMs > 0 ? "forward" : "back"} by ${formatDuration(Math.abs(jumpMs))} since the last run`;
}

function bootWords(last: SeenClock, now: ClockReading): string | undefined {
  const sinceMs = now.wallMs - last.wallMs;
  if (sinceMs < -toleranceMs) return `after a boot it is ${formatDuration(-sinceMs)} before the last run`;
  if (sinceMs <= longestUnseenMs) return undefined;
  return `after a boot it is ${formatDuration(sinceMs)} after the last run, and no time server disciplines it`;
}

function serverWords({ tier, aheadMs }: ServerClock): string {
  const by = `${formatDuration(Math.abs(aheadMs))} ${aheadMs > 0 ? "ahead of" : "behind"}`;
  return `the server of ${tier} is ${by} it`;
}

function refusal(words: string): Refusal {
  return {
    guard: "clock",
    message: `this machine's clock is not to be trusted: ${words}`,
    hint: "look at date and timedatectl; if the clock is right: tierkeep approve JOB --guard clock, once",
  };
}
