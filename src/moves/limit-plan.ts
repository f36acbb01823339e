import type { PlannedSet, SetTable } from "../catalog/set-table.ts";
import type { StepTable } from "../catalog/step-table.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { KeptTally } from "../policies/kept.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import type { PlanEnd } from "./fullness.ts";
import type { MoveCap } from "./rule.ts";

/** How much one run may, can and needs to move. */
export interface PlanLimits {
  /** Room on the tier. */
  readonly freeBytes: number;
  /** Of a watermark. */
  readonly toFreeBytes: number | undefined;
  readonly cap: MoveCap | undefined;
}

/** What limits make of a plan. */
export interface Limited {
  readonly end: PlanEnd;
  /** What is due and left to later runs, since one may move no more. */
  readonly overCap: { readonly files: number; readonly bytes: number };
}

/** Takes out links that are not all here, and what one run has no room for, need of or leave to move; the oldest go first. */
export function limitSteps(steps: StepTable, limits: PlanLimits, kept: KeptTally["add"]): Limited {
  const { freeBytes, toFreeBytes, cap } = limits;
  const ends: PlanEnd[] = [];
  const drop = (code: ReasonCode, end: PlanEnd, dropRows: (kept: (path: RawPath) => void) => void) => {
    const before = steps.totals().files;
    const drop = (path: RawPath) => kept(code, path);
    dropRows(drop);
    steps.dropSplitGroups(drop);
    if (steps.totals().files < before) ends.push(end);
  };
  steps.dropSplitGroups((path) => kept("linked-elsewhere", path));
  if (steps.totals().roomBytes > freeBytes) drop("no-room", "no-room", (each) => steps.dropBeyond(freeBytes, each));
  if (toFreeBytes !== undefined) drop("not-needed", "enough", (each) => steps.dropUnneeded(toFreeBytes, each));
  const before = steps.totals();
  if (cap !== undefined) drop("over-cap", "cap", (each) => steps.dropOverCap(cap, each));
  const { files, bytes, allocatedBytes } = steps.totals();
  const overCap = { files: before.files - files, bytes: before.bytes - bytes };
  return { end: endOf(ends, allocatedBytes, toFreeBytes), overCap };
}

/** The same for sets, which are never split. `begun` is what the tier holds of each already. */
export function limitSets(
  table: SetTable,
  { freeBytes, toFreeBytes, cap }: PlanLimits,
  { kept, begun }: { readonly kept: KeptTally["add"]; readonly begun: ReadonlyMap<RawPath, number> },
): Limited {
  const taken = { files: 0, bytes: 0, allocatedBytes: 0, roomBytes: 0, isFull: false, isOver: false };
  const ends: PlanEnd[] = [];
  const overCap = { files: 0, bytes: 0 };
  const whyNot = (set: PlannedSet): readonly [ReasonCode, PlanEnd] | undefined => {
    // What is copied of it already has its room.
    const roomBytes = set.roomBytes - (begun.get(set.entry) ?? 0);
    const isTooLarge = roomBytes > freeBytes;
    taken.isFull ||= !isTooLarge && taken.roomBytes + roomBytes > freeBytes;
    if (isTooLarge || taken.isFull) return ["no-room", "no-room"];
    if (toFreeBytes !== undefined && taken.allocatedBytes >= toFreeBytes) return ["not-needed", "enough"];
    taken.isOver ||=
      taken.files > 0 && isOverCap(cap, { files: taken.files + set.files, bytes: taken.bytes + set.bytes });
    if (taken.isOver) return ["over-cap", "cap"];
    taken.files += set.files;
    taken.bytes += set.bytes;
    taken.allocatedBytes += set.allocatedBytes;
    taken.roomBytes += roomBytes;
    return undefined;
  };
  for (const set of table.sets()) {
    const [code, end] = whyNot(set) ?? [];
    if (code === undefined || end === undefined) continue;
    table.drop(set.id);
    kept(code, set.entry);
    ends.push(end);
    if (code !== "over-cap") continue;
    overCap.files += set.files;
    overCap.bytes += set.bytes;
  }
  return { end: endOf(ends, taken.allocatedBytes, toFreeBytes), overCap };
}

function isOverCap(
  cap: MoveCap | undefined,
  { files, bytes }: { readonly files: number; readonly bytes: number },
): boolean {
  return files > (cap?.files ?? Number.POSITIVE_INFINITY) || bytes > (cap?.bytes ?? Number.POSITIVE_INFINITY);
}

function endOf(ends: readonly PlanEnd[], allocatedBytes: number, toFreeBytes: number | undefined): PlanEnd {
  if (toFreeBytes !== undefined && allocatedBytes >= toFreeBytes) return "enough";
  return ends.find((end) => end !== "enough") ?? "no-more";
}
