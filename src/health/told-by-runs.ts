import { type PinStatus, readPinStatus } from "../tiers/status-pins.ts";
import type { Capabilities, TierPin } from "../tiers/tier.ts";

/** What adoptions and runs have left in `<runtime_dir>/status.json` for health to know; it opens no catalog. */
export interface ToldByRuns {
  /** ISO 8601; `undefined` when there is no such file, as after a boot. */
  readonly writtenAt: string | undefined;
  readonly pins: ReadonlyMap<string, TierPin> | undefined;
  readonly capabilities: ReadonlyMap<string, Capabilities>;
  /** By job, ISO 8601. */
  readonly lastSuccessAt: ReadonlyMap<string, string>;
  readonly refusals: PinStatus["refusals"];
  readonly flaws: PinStatus["flaws"];
  readonly lacking: PinStatus["lacking"];
  readonly aside: PinStatus["aside"];
}

export function readToldByRuns(runtimeDir: string): ToldByRuns {
  const status = readPinStatus(runtimeDir);
  if (status === undefined) {
    return {
      writtenAt: undefined,
      pins: undefined,
      capabilities: new Map(),
      lastSuccessAt: new Map(),
      refusals: new Map(),
      flaws: [],
      lacking: [],
      aside: [],
    };
  }
  const { writtenAt, pins, capabilities, lastSuccessAt, refusals, flaws, lacking, aside } = status;
  return { writtenAt, pins, capabilities, lastSuccessAt, refusals, flaws, lacking, aside };
}
