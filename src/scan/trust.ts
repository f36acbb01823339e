import { keyStampMs } from "../host/raw-stat.ts";
import type { Block, BlockRecord } from "./records.ts";
import { canBeSetBack, type ScanRule } from "./scan-rule.ts";

const settledMs = 2_000;
const dayMs = 86_400_000;
const weekMs = 7 * dayMs;

/** How long ago all directories may have been read last. */
export function needsFullScan(fullAtMs: number | undefined, nowMs: number): boolean {
  return fullAtMs === undefined || nowMs < fullAtMs || nowMs - fullAtMs >= weekMs;
}

/**
 * Whether a directory that still has its key (rule 1 of docs/design/scanning.md) may be passed over: rules 2, 3 and 4.
 */
export function mayPassOver(block: Block, record: BlockRecord, rule: ScanRule): boolean {
  const { lookedMs, oldestMs, newestMs } = record;
  // Looked at with a clock that was ahead, it tells nothing.
  if (lookedMs > rule.nowMs || !(lookedMs - changedMs(block, record) >= settledMs)) return false;
  if (oldestMs <= rule.nowMs - rule.olderThanMs) return false;
  return !canBeSetBack(rule) || lookedMs - newestMs >= dayMs;
}

/** When the directory itself was changed last, by the key in its record. */
function changedMs({ view }: Block, { keyAt }: BlockRecord): number {
  return Math.max(keyStampMs(view, keyAt, "mtime"), keyStampMs(view, keyAt, "ctime"));
}
