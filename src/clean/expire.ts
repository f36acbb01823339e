import type { Quarantine, Quarantined } from "../catalog/quarantine.ts";
import type { Outcome } from "../jobs/job.ts";
import { openSourceRoot } from "../jobs/source.ts";
import { OperatorError } from "../lib/errors.ts";
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
    const outcomes: Outcome[] = [];
    const isReached = onScratchRoot(first, ownRoot, (root) => {
      for (const item of ofRoot) outcomes.push(removeOne(root, item));
      removeEmptyQuarantine(root, [first.run]);
    });
    if (!isReached) return ofRoot.map((item) => outcomeOf(item, "other-file-system"));
    quarantine.forget(ofRoot);
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

type Together = readonly [first: Quarantined, all: readonly Quarantined[]];

function byRootAndRun(items: readonly Quarantined[]): readonly Together[] {
  const groups = Map.groupBy(items, ({ root, run }) => joinPath(root, run));
  return [...groups.values()].flatMap((all) => all.slice(0, 1).map((first): Together => [first, all]));
}

/**
 * False when what lies aside cannot be reached now, and waits. Of a directory that was the job's once nobody says that
 * its file system is mounted, unless the run's folder is there.
 */
function onScratchRoot({ root: path, run }: Quarantined, ownRoot: RawPath, use: (root: ScratchRoot) => void): boolean {
  try {
    using source = openSourceRoot(path);
    const root = scratchRoot(source);
    if (path !== ownRoot && !hasFolder(root, run)) return false;
    use(root);
    return true;
  } catch (error) {
    if (error instanceof OperatorError && error.code === "SOURCE_MISSING") return false;
    throw error;
  }
}

function removeOne(root: ScratchRoot, item: Quarantined): Outcome {
  const removed = visitAside(root, item, true);
  if (removed === undefined) return outcomeOf(item, "vanished");
  return { ...outcomeOf(item, "removed"), freedBytes: removed.links === 1 ? removed.allocatedBytes : 0 };
}

function outcomeOf({ path, sizeBytes }: Quarantined, result: Outcome["result"]): Outcome {
  return { path, result, sizeBytes, storedBytes: 0 };
}
