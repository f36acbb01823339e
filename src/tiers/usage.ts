import { fileSystemOf } from "../host/filesystem.ts";
import type { OpenTier } from "./tier.ts";

/** Room on a tier for more files, the reserve taken off; never negative. */
export interface TierRoom {
  readonly sizeBytes: number;
  readonly freeBytes: number;
  /** `Infinity` where the file system has no fixed number (btrfs, many network file systems). */
  readonly freeInodes: number;
}

/** Asks the tier's file system, so it blocks with it. @throws SystemError EIO, ESTALE, … */
export function roomOf(tier: Pick<OpenTier, "root" | "config">): TierRoom {
  const facts = fileSystemOf(tier.root);
  const { reserveRatio } = tier.config;
  return {
    sizeBytes: facts.sizeBytes,
    freeBytes: lessReserve(facts.freeBytes, facts.sizeBytes, reserveRatio),
    freeInodes: facts.inodes === 0 ? Infinity : lessReserve(facts.freeInodes, facts.inodes, reserveRatio),
  };
}

function lessReserve(free: number, all: number, ratio: number): number {
  return Math.max(0, Math.floor(free - all * ratio));
}
