import { readText } from "../host/files.ts";
import { hasCode } from "../lib/errors.ts";
import { readPinStatus } from "../tiers/status-pins.ts";
import type { Capabilities, TierPin } from "../tiers/tier.ts";

/** What adoptions and runs have left in `<runtime_dir>/status.json` for health to know; it opens no catalog. */
export interface ToldByRuns {
  /** ISO 8601; `undefined` when there is no such file, as after a boot. */
  readonly writtenAt: string | undefined;
  readonly pins: ReadonlyMap<string, TierPin> | undefined;
  readonly capabilities: ReadonlyMap<string, Capabilities>;
  /** By job, ISO 8601. */
  readonly lastSuccessAt: ReadonlyMap<string, string>;
}

export function readToldByRuns(runtimeDir: string): ToldByRuns {
  const status = readPinStatus(runtimeDir);
  if (status === undefined) {
    return { writtenAt: undefined, pins: undefined, capabilities: new Map(), lastSuccessAt: new Map() };
  }
  const { writtenAt, pins, capabilities } = status;
  return { writtenAt, pins, capabilities, lastSuccessAt: readLastSuccess(runtimeDir) };
}

/** `jobs` of the status file: `{ "logs": { "lastSuccessAt": "2026-11-23T04:18:00.000Z" } }`. */
function readLastSuccess(runtimeDir: string): ReadonlyMap<string, string> {
  const jobs = tableOf(tableOf(readStatus(`${runtimeDir}/status.json`)).jobs);
  const times = Object.entries(jobs).map(([name, job]) => [name, tableOf(job).lastSuccessAt] as const);
  return new Map(times.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

function readStatus(file: string): unknown {
  try {
    return JSON.parse(readText(file));
  } catch (error) {
    if (error instanceof SyntaxError || hasCode(error, "ENOENT", "ENOTDIR", "EACCES")) return undefined;
    throw error;
  }
}

function tableOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
