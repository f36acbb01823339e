import type { PlannedSet, SetTable } from "../catalog/set-table.ts";
import type { OpenSet } from "../catalog/sets.ts";
import type { Outcome } from "../jobs/job.ts";
import type { Pacer } from "../jobs/pacer.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { applySteps } from "./apply.ts";
import type { SessionOwner, Sessions } from "./sessions.ts";
import { applySet } from "./set-apply.ts";
import { dropSet } from "./set-drop.ts";

export interface SetRun {
  /** Of what this very run begins. */
  readonly owner: SessionOwner;
  readonly table: SetTable;
  /** Sets that earlier runs began. */
  readonly began: readonly OpenSet[];
  /** The source, resolved. */
  readonly root: RawPath;
  /** Entries of those that stay for now, for a reason that passes. */
  readonly waiting: ReadonlySet<RawPath>;
  readonly sessions: Sessions;
  readonly pacer: Pacer;
  readonly signal: AbortSignal;
}

/** Moves what the plan says, set by set, oldest first. @throws TierFailure; the signal's reason */
export async function* applySets(setRun: SetRun): AsyncGenerator<readonly Outcome[]> {
  const { owner, table, sessions, pacer, signal } = setRun;
  const began = await keepWanted(setRun);
  for (const group of groupsOf(table)) {
    if (pacer.stopReason() !== undefined) return;
    signal.throwIfAborted();
    const [first] = group;
    if (first?.kind === "file") {
      const steps = group.flatMap(({ id }) => [...table.files(id)]);
      yield* applySteps(await sessions.of(owner), steps);
    } else if (first !== undefined) {
      const before = began.get(first.entry);
      yield await applySet(await sessions.of(before ?? owner), { planned: first, table }, before);
    }
  }
}

const filesAtOnce = 1_000;

/** Each directory by itself; files that follow one another together, since many share the price of a batch. */
function* groupsOf(table: SetTable): Generator<readonly PlannedSet[]> {
  let files: PlannedSet[] = [];
  for (const set of table.sets()) {
    if (files.length > 0 && (set.kind === "directory" || files.length >= filesAtOnce)) {
      yield files;
      files = [];
    }
    if (set.kind === "file") files.push(set);
    else yield [set];
  }
  if (files.length > 0) yield files;
}

/** The sets to go on with, by entry. What is not wanted any more, as its entry is gone or excluded, makes room on the tier. */
async function keepWanted({ table, began, root, waiting, sessions }: SetRun): Promise<ReadonlyMap<RawPath, OpenSet>> {
  const byEntry = new Map(began.filter((set) => set.root === root).map((set) => [set.entry, set]));
  const wanted = new Set(waiting);
  if (began.length > 0) for (const { entry } of table.sets()) if (byEntry.has(entry)) wanted.add(entry);
  for (const set of began) {
    if (byEntry.get(set.entry) === set && wanted.has(set.entry)) continue;
    dropSet(await sessions.of(set), set);
    byEntry.delete(set.entry);
  }
  return byEntry;
}
