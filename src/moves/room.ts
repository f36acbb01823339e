import type { Step } from "../catalog/step-table.ts";
import type { FileStat } from "../host/stat.ts";
import { formatBytes } from "../lib/units.ts";
import { roomOf } from "../tiers/usage.ts";
import { onTier } from "./failure.ts";
import type { Range } from "./holes.ts";
import type { MoveSession } from "./session.ts";

/**
 * What one name of a file takes on a tier at most: holes take nothing there, too, and hard links share one content. How
 * far it will shrink nobody knows before.
 */
export function roomFor({ sizeBytes, links }: FileStat, holes: readonly Range[]): number {
  const holeBytes = holes.reduce((sum, [, length]) => sum + length, 0);
  return Math.ceil((sizeBytes - holeBytes) / links);
}

/** What one name of a file gives back to the source's file system when it is gone: hard links share one content. */
export function allocatedShare({ allocatedBytes, links }: FileStat): number {
  return Math.floor(allocatedBytes / links);
}

/** Why a batch must not begin; asked again for each, since others write to the tier, too (HAZARDS M27). */
export function missingRoom({ tier, capabilities }: MoveSession, steps: readonly Step[]): string | undefined {
  const room = onTier(() => roomOf(tier));
  const copies = ({ identity }: Step) => (capabilities.hardLinks ? 1 : identity.links);
  const bytes = steps.reduce((sum, step) => sum + step.roomBytes * copies(step), 0);
  if (bytes > room.freeBytes)
    return `${formatBytes(bytes)} are needed and ${formatBytes(room.freeBytes)} are free besides the reserve`;
  // Files, and in the worst case a directory for each.
  return steps.length * 2 > room.freeInodes ? `only ${room.freeInodes} inodes are free besides the reserve` : undefined;
}
