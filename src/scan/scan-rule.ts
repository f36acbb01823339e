import { type Stamp, stampMs } from "../host/raw-stat.ts";

/**
 * What a scan must know of a job's rule, as plain data, since threads and the index are told, too. A file is old when
 * the newest of its `stamps` is.
 */
export interface ScanRule {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly stamps: readonly Stamp[];
  readonly olderThanMs: number;
  /** The moment by which ages are judged. */
  readonly nowMs: number;
  /** Name each thing that stays, not only how many there are. */
  readonly namesKept: boolean;
}

/** The newest of the stamps that count, of the file that was looked at last, in milliseconds since 1970. */
export function newestStampMs({ stamps }: ScanRule): number {
  let newest = Number.NEGATIVE_INFINITY;
  for (const stamp of stamps) newest = Math.max(newest, stampMs(stamp));
  return newest;
}

/** Whoever owns a file can set mtime and atime back, but never its ctime or its birth. */
export function canBeSetBack({ stamps }: ScanRule): boolean {
  return !stamps.includes("ctime") && !stamps.includes("btime");
}
