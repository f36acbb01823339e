import { type Quarantined, quarantineFolder } from "../catalog/quarantine.ts";
import { openRemovalTable, type RemovalTable } from "../catalog/removal-table.ts";
import type { PlanWatch, Refusal } from "../jobs/job.ts";
import { refuseEngineData, refuseHiddenMount, refuseReadOnly } from "../jobs/refuse-source.ts";
import type { OpenSource } from "../jobs/source.ts";
import { joinPath, type RawPath, rawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { type Kept, type KeptTally, tallyKept } from "../policies/kept.ts";
import { compileSelection } from "../policies/patterns.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { refuseBeyondCap } from "./cap.ts";
import { openUseLook } from "./in-use.ts";
import { scratchRoot } from "./open-directory.ts";
import { isQuarantineTaken } from "./quarantine.ts";
import { whyNoScratch } from "./refused-paths.ts";
import type { CleanRule } from "./rule.ts";
import { surveyScratch } from "./survey.ts";

/** What a clean job would do now; its removals stand in a temporary table. */
export interface CleanPlan extends Disposable {
  readonly table: RemovalTable;
  readonly kept: Kept;
  readonly unreadable: readonly { readonly path: RawPath; readonly message: string }[];
  readonly refusal: Refusal | undefined;
  /** What lies aside for long enough to go for good. */
  readonly expired: () => Iterable<Quarantined>;
}

export interface PlanFacts extends PlanWatch {
  readonly nowMs: number;
  readonly startedBySystemd: boolean;
  /** Paths of tiers as configured; links in them are not followed, since a tier may hang. */
  readonly tierRoots: readonly string[];
  readonly isFirstRun: boolean;
  readonly expired: () => Iterable<Quarantined>;
  /** By absolute path. */
  readonly restoredRecently: (path: RawPath) => boolean;
}

const unreadableKept = 100;

/** Reads, decides, and changes nothing: the same facts always give the same plan. */
export function planClean(rule: CleanRule, source: OpenSource, facts: PlanFacts): CleanPlan {
  const table = openRemovalTable();
  const tally = tallyKept(facts.onKept);
  const unreadable: { path: RawPath; message: string }[] = [];
  let refusal = refuseClean(rule, source, facts);
  if (refusal === undefined) {
    const sink = {
      kept: tally.add,
      unreadable: (path: RawPath, message: string) => {
        tally.add("unreadable", path);
        if (unreadable.length < unreadableKept) unreadable.push({ path, message });
      },
      progress: (files: number) => facts.onProgress?.(files),
    };
    const due = {
      root: scratchRoot(source),
      path: source.path,
      look: openUseLook(source.mount.fsType),
      restoredRecently: facts.restoredRecently,
    };
    const found = surveyScratch({ rule: surveyRule(rule, facts), due, table, sink });
    settle(table, tally);
    refusal = refuseBeyondCap(rule, { planned: table.totals(), found, isFirstRun: facts.isFirstRun });
  }
  return {
    table,
    kept: tally.result(),
    unreadable,
    refusal,
    expired: facts.expired,
    [Symbol.dispose]: () => table[Symbol.dispose](),
  };
}

function refuseClean(rule: CleanRule, source: OpenSource, facts: PlanFacts): Refusal | undefined {
  return (
    refusePath(source, facts.tierRoots) ??
    (facts.startedBySystemd ? refuseHiddenMount([source]) : undefined) ??
    refuseEngineData(source) ??
    refuseReadOnly(source) ??
    (rule.quarantineMs === undefined ? undefined : refuseTakenQuarantine(source))
  );
}

function refusePath({ path }: OpenSource, tierRoots: readonly string[]): Refusal | undefined {
  const why = whyNoScratch(path, tierRoots);
  if (why === undefined) return undefined;
  return {
    guard: "refused-path",
    message: `nothing is ever cleaned at ${shellQuote(path)}: ${why}`,
    hint: "name a directory that holds nothing but scratch",
  };
}

function refuseTakenQuarantine(source: OpenSource): Refusal | undefined {
  if (!isQuarantineTaken(scratchRoot(source))) return undefined;
  const place = shellQuote(joinPath(source.path, quarantineFolder));
  return {
    guard: "quarantine-taken",
    message: `${place} is not as tierkeep makes it: a directory that nobody else may look into`,
    hint: `ls -ld ${place}; move it away`,
  };
}

function surveyRule(rule: CleanRule, { nowMs }: PlanFacts) {
  const { olderThanMs, ageBy } = rule;
  const owned = new Set(rule.owned.map(rawPath));
  return { matcher: compileSelection(rule), olderThanMs, ageBy, nowMs, owned };
}

/** What only the whole of a survey tells. */
function settle(table: RemovalTable, tally: KeptTally): void {
  table.dropSplitGroups((path) => tally.add("linked-elsewhere", path));
  for (const { path, verdict } of table.staying()) tally.add(verdict as ReasonCode, path);
}
