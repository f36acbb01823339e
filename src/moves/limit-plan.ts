import type { PlannedSet, SetTable } from "../catalog/set-table.ts";
import type { StepTable } from "../catalog/step-table.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { KeptTally } from "../policies/kept.ts";
import { roomOf } from "../tiers/usage.ts";
import type { MovePlaces } from "./refuse.ts";

/** Takes out links that are not all here, and what the tier has no room for. */
export function limitSteps(steps: StepTable, at: MovePlaces, tally: KeptTally): void {
  steps.dropSplitGroups((path) => tally.add("linked-elsewhere", path));
  const { freeBytes } = roomOf(at.tier);
  if (steps.totals().roomBytes <= freeBytes) return;
  const noRoom = (path: RawPath) => tally.add("no-room", path);
  steps.dropBeyond(freeBytes, noRoom);
  steps.dropSplitGroups(noRoom);
}

/** The same for sets: one that could never fit does not keep younger ones from going. */
export function limitSets(
  table: SetTable,
  at: MovePlaces,
  { tally, begun }: { readonly tally: KeptTally; readonly begun: ReadonlyMap<RawPath, number> },
): void {
  const { freeBytes } = roomOf(at.tier);
  let room = freeBytes;
  const drop = ({ id, entry }: PlannedSet) => {
    table.drop(id);
    tally.add("no-room", entry);
  };
  for (const set of table.sets()) {
    // What is copied of it already has its room.
    const needed = set.roomBytes - (begun.get(set.entry) ?? 0);
    if (needed <= freeBytes) room -= needed;
    if (needed > freeBytes || room < 0) drop(set);
  }
}
