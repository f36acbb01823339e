import type { Flaw } from "../catalog/flaws.ts";
import type { FileStat } from "../host/stat.ts";

/** What is known of a stored file whose bytes are not the ones that were stored. */
export interface WrongFile {
  readonly stat: Pick<FileStat, "modifiedNs" | "changedNs">;
  /** It can be read to its end, and decompressed if it should be. */
  readonly isWhole: boolean;
  /** What its time of modification was set to. */
  readonly modifiedNs: bigint;
  /** When it was stored, by this machine's clock. */
  readonly storedAtMs: number;
}

/** The coarsest grain of time of any file system (FAT), and how far a server's clock may be off (the clock guard). */
const grainNs = 2_000_000_000n;
const clocksApartNs = 300_000_000_000n;

/**
 * Other content than was stored: `replaced` when somebody wrote it there afterwards, as its times tell, and `damaged`
 * when nobody did. Pure.
 */
export function judgeFlaw(problem: string, { stat, isWhole, modifiedNs, storedAtMs }: WrongFile): Flaw {
  const storedNs = BigInt(Math.floor(storedAtMs)) * 1_000_000n;
  const hasOtherTime = absolute(stat.modifiedNs - modifiedNs) > grainNs;
  const wasWritten = stat.modifiedNs > storedNs || stat.changedNs > storedNs + clocksApartNs;
  if (!isWhole || !hasOtherTime || !wasWritten) return { kind: "damaged", message: problem };
  const at = new Date(Number(stat.modifiedNs / 1_000_000n)).toISOString();
  return { kind: "replaced", message: `${problem}; somebody wrote it after it was stored, its time is ${at}` };
}

function absolute(ns: bigint): bigint {
  return ns < 0n ? -ns : ns;
}
