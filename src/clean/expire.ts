import type { Quarantine, Quarantined } from "../catalog/quarantine.ts";
import type { Outcome } from "../jobs/job.ts";
import { openSourceRoot } from "../jobs/source.ts";
import { OperatorError } from "../lib/errors.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { type ScratchRoot, scratchRoot } from "./open-directory.ts";
import { removeEmptyQuarantine, visitAside } from "./quarantine.ts";

/** Removes for good what lay aside for long enough; what is not there as it was set aside is no longer ours to remove. */
export function removeExpired(quarantine: Quarantine, items: readonly Quarantined[]): readonly Outcome[] {
  return byRoot(items).flatMap(([path, ofRoot]) => {
    const outcomes: Outcome[] = [];
    const isReached = onScratchRoot(path, (root) => {
      for (const item of ofRoot) outcomes.push(removeOne(root, item));
      removeEmptyQuarantine(root, runsOf(ofRoot));
    });
    if (!isReached) return ofRoot.map((item) => outcomeOf(item, "other-file-system"));
    quarantine.forget(ofRoot);
    return outcomes;
  });
}

/** What a run that died was setting aside either lies aside or where it was. */
export function reconcileIntended(quarantine: Quarantine, items: readonly Quarantined[]): void {
  for (const [path, ofRoot] of byRoot(items)) {
    onScratchRoot(path, (root) => {
      const stayed = ofRoot.filter((item) => visitAside(root, item, false) === undefined);
      quarantine.settle(ofRoot, new Set(stayed));
      removeEmptyQuarantine(root, runsOf(ofRoot));
    });
  }
}

function byRoot(items: readonly Quarantined[]): readonly (readonly [RawPath, readonly Quarantined[]])[] {
  return [...Map.groupBy(items, (item) => item.root)];
}

function runsOf(items: readonly Quarantined[]): ReadonlySet<string> {
  return new Set(items.map((item) => item.run));
}

/** False when there is no such directory now; what lies aside below it waits until it is back. */
function onScratchRoot(path: RawPath, use: (root: ScratchRoot) => void): boolean {
  try {
    using source = openSourceRoot(path);
    use(scratchRoot(source));
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
