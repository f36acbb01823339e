import type { OpenScanIndex } from "../../../src/catalog/scan-index.ts";
import { readingFiles, type Scanning, scanSource } from "../../../src/jobs/scan-source.ts";
import { openSourceRoot } from "../../../src/jobs/source.ts";
import { pathIn, rawPath } from "../../../src/lib/raw-path.ts";
import type { ReadFiles } from "../../../src/scan/reading.ts";
import type { Scanned } from "../../../src/scan/scan.ts";
import type { ScanRule } from "../../../src/scan/scan-rule.ts";

/** The age from which the rule of these tests calls a file due. */
export const dueAge = 7 * 86_400_000;

export interface ScanTimes {
  readonly nowMs: number;
  readonly now: () => number;
}

export interface ScannedOnce extends Scanned {
  /** By path from the root, sorted. */
  readonly due: readonly string[];
  /** The tree was older than the index, so it was read once more. */
  readonly isRolledBack: boolean;
}

/** One scan, as a job does it. */
export async function scanOnce(
  root: string,
  index: OpenScanIndex,
  { nowMs, now, ...other }: ScanTimes & Partial<ScanRule & Scanning>,
): Promise<ScannedOnce> {
  using source = openSourceRoot(rawPath(root));
  const scanning = { job: "model", index, readerEntry, threads: 1, isFull: false, now, ...other };
  const stamps = ["mtime"] as const;
  const rule = { include: ["*"], exclude: [], stamps, olderThanMs: dueAge, nowMs, namesKept: false, ...other };
  let due: string[] = [];
  let isRolledBack = false;
  const sink = {
    found: ({ path, candidates }: ReadFiles) => void due.push(...candidates.map((name) => pathIn(path, name))),
    passed: () => {},
    restart: () => {
      due = [];
      isRolledBack = true;
    },
    kept: () => {},
    unreadable: (path: string, message: string) => {
      throw new Error(`${path}: ${message}`);
    },
    holdsTier: () => {},
    progress: () => {},
  };
  const scanned = await scanSource<ReadFiles>(source, { scanning, reading: readingFiles(rule, now) }, sink);
  return { ...scanned, due: due.sort(), isRolledBack };
}

const readerEntry = new URL("../../../src/entry/reader.ts", import.meta.url).pathname;
