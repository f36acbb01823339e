import type { Quarantine, Quarantined } from "../catalog/quarantine.ts";
import type { Outcome } from "../jobs/job.ts";
import { openSourceRoot } from "../jobs/source.ts";
import { hasCode, OperatorError } from "../lib/errors.ts";
import { joinPath, type RawPath } from "../lib/raw-path.ts";
import { type ScratchRoot, scratchRoot } from "./open-directory.ts";
import { hasFolder, removeEmptyQuarantine, visitAside } from "./quarantine.ts";

/** What lies aside, and the job's own scratch directory: that is on the file system that was approved. */
export interface AsideOf {
  readonly quarantine: Quarantine;
  readonly ownRoot: RawPath;
}

/** Removes for good what lay aside for long enough; what is not there as it was set aside is no longer ours to remove. */
export function removeExpired({ quarantine, ownRoot }: AsideOf, items: readonly Quarantined[]): readonly Outcome[] {
  return byRootAndRun(items).flatMap(([first, ofRoot]) => {
    const outcomes = onScratchRoot(first, ownRoot, (root) => {
      const removed = ofRoot.map((item) => removeOne(root, item));
      removeEmptyQuarantine(root, [first.run]);
      return removed;
    });
    if (outcomes === undefined) return ofRoot.map((item) => outcomeOf(item, "other-file-system"));
    quarantine.forget(ofRoot.filter((_, index) => outcomes[index]?.result !== "not-empty"));
    return outcomes;
  });
}

/** What a run that died was setting aside either lies aside or where it was. */
export function reconcileIntended({ quarantine, ownRoot }: AsideOf, items: readonly Quarantined[]): void {
  for (const [first, ofRoot] of byRootAndRun(items)) {
    onScratchRoot(first, ownRoot, (root) => {
      const stayed = ofRoot.filter((item) => visitAside(root, item, false) === undefined);
      quarantine.settle(ofRoot, new Set(stayed));
      removeEmptyQuarantine(root, [first.run]);
    });
  }
}

/** What was to be set aside, and nobody wrote down whether it was, lies there. */
export function liesAside(item: Quarantined): boolean {
  return onScratchRoot(item, item.root, (root) => visitAside(root, item, false) !== undefined) ?? false;
}

type Together = readonly [first: Quarantined, all: readonly Quarantined[]];

function byRootAndRun(items: readonly Quarantined[]): readonly Together[] {
  const groups = Map.groupBy(items, ({ root, run }) => joinPath(root, run));
  return [...groups.values()].flatMap((all) => all.slice(0, 1).map((first): Together => [first, all]));
}

/**
 * `undefined` when what lies aside cannot be reached now, and waits. Of a directory that was the job's once nobody says that
 * its file system is mounted, unless the run's folder is there.
 */
function onScratchRoot<T>(
  { root: path, run }: Quarantined,
  ownRoot: RawPath,
  use: (root: ScratchRoot) => T,
): T | undefined {
  try {
    using source = openSourceRoot(path);
    const root = scratchRoot(source);
    if (path !== ownRoot && !hasFolder(root, run)) return undefined;
    return use(root);
  } catch (error) {
    if (error instanceof OperatorError && error.code === "SOURCE_MISSING") return undefined;
    throw error;
  }
}

function removeOne(root: ScratchRoot, item: Quarantined): Outcome {
  try {
    const removed = visitAside(root, item, true);
    if (removed === undefined) return outcomeOf(item, "vanished");
    const isGone = item.isDirectory || removed.links === 1;
    return { ...outcomeOf(item, "removed"), freedBytes: isGone ? removed.allocatedBytes : 0 };
  } catch (error) {
    if (hasCode(error, "ENOTEMPTY", "EEXIST")) return outcomeOf(item, "not-empty");
    throw error;
  }
}

function outcomeOf({ path, sizeBytes }: Quarantined, result: Outcome["result"]): Outcome {
  return { path, result, sizeBytes, storedBytes: 0 };
}
