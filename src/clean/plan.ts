import { type Quarantined, quarantineFolder } from "../catalog/quarantine.ts";
import { openRemovalTable, type RemovalTable } from "../catalog/removal-table.ts";
import type { PlanWatch, Refusal } from "../jobs/job.ts";
import { refuseEngineData, refuseHiddenMount, refuseReadOnly } from "../jobs/refuse-source.ts";
import type { Scanning } from "../jobs/scan-source.ts";
import type { OpenSource } from "../jobs/source.ts";
import { joinPath, type RawPath, rawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { type Kept, type KeptTally, tallyKept } from "../policies/kept.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { refuseBeyondCap } from "./cap.ts";
import { scratchRoot } from "./open-directory.ts";
import { isQuarantineTaken } from "./quarantine.ts";
import type { ScratchRule } from "./read-scratch.ts";
import { whyNoScratch } from "./refused-paths.ts";
import type { CleanRule } from "./rule.ts";
import { surveyScratch } from "./survey.ts";
import { tierInView } from "./tier-in-view.ts";

/** What a clean job would do now; its removals stand in a temporary table. */
export interface CleanPlan extends Disposable {
  readonly table: RemovalTable;
  readonly kept: Kept;
  /** When the directory whose counts are the oldest was read; `undefined` when all were read now. */
  readonly keptAsOfMs: number | undefined;
  readonly unreadable: readonly { readonly path: RawPath; readonly message: string }[];
  readonly refusal: Refusal | undefined;
  /** What lies aside for long enough to go for good. */
  readonly expired: () => Iterable<Quarantined>;
}

export interface PlanFacts extends PlanWatch {
  readonly scanning: Scanning;
  readonly nowMs: number;
  readonly startedBySystemd: boolean;
  /** Paths of tiers as configured; links in them are not followed, since a tier may hang. */
  readonly tierRoots: readonly string[];
  readonly isFirstRun: boolean;
  readonly expired: () => Iterable<Quarantined>;
  /** By absolute path; `undefined` when nothing was. */
  readonly restoredRecently: ((path: RawPath) => boolean) | undefined;
}

const unreadableKept = 100;

/** Reads, decides, and changes nothing but the scan index: the same facts always give the same plan. */
export async function planClean(rule: CleanRule, source: OpenSource, facts: PlanFacts): Promise<CleanPlan> {
  using opening = new DisposableStack();
  const table = opening.use(openRemovalTable());
  const refused = refuseClean(rule, source, facts);
  const { refusal, ...seen } =
    refused === undefined ? await lookAround(rule, { source, table }, facts) : nothingSeen(refused);
  const held = opening.move();
  return { table, refusal, ...seen, expired: facts.expired, [Symbol.dispose]: () => held.dispose() };
}

type Seen = Pick<CleanPlan, "kept" | "keptAsOfMs" | "unreadable" | "refusal">;

function nothingSeen(refusal: Refusal): Seen {
  return { kept: {}, keptAsOfMs: undefined, unreadable: [], refusal };
}

interface ScratchPlaces {
  readonly source: OpenSource;
  readonly table: RemovalTable;
}

async function lookAround(rule: CleanRule, { source, table }: ScratchPlaces, facts: PlanFacts): Promise<Seen> {
  const { scanning, restoredRecently, onKept, isFirstRun } = facts;
  let told = nothingTold(onKept);
  const request = { rule: scratchRule(rule, source, facts), scanning, restoredRecently, table };
  const { all, kept, keptAsOfMs } = await surveyScratch(source, request, {
    kept: (code, path) => told.tally.add(code, path),
    named: (code, path) => onKept?.(code, path),
    unreadable: (path, message) => {
      told.tally.add("unreadable", path);
      if (told.unreadable.length < unreadableKept) told.unreadable.push({ path, message });
    },
    progress: (files) => facts.onProgress?.(files),
    restart: () => {
      told = nothingTold(onKept);
    },
  });
  for (const [code, counted] of kept) told.tally.addCounted(code, counted);
  settle(table, told.tally);
  const refusal = refuseBeyondCap(rule, { planned: table.totals(), found: all, isFirstRun });
  return { kept: told.tally.result(), keptAsOfMs, unreadable: told.unreadable, refusal };
}

function nothingTold(onKept: PlanFacts["onKept"]) {
  return { tally: tallyKept(onKept), unreadable: [] as { path: RawPath; message: string }[] };
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

function refusePath(source: OpenSource, tierRoots: readonly string[]): Refusal | undefined {
  const { path } = source;
  const tier = tierInView(source, tierRoots);
  const why = tier === undefined ? whyNoScratch(path, tierRoots) : `it shows the tier at ${tier} through another mount`;
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

function scratchRule(rule: CleanRule, { mount }: OpenSource, { nowMs, onKept }: PlanFacts): ScratchRule {
  const { include, exclude, ageBy: stamps, olderThanMs } = rule;
  const namesKept = onKept !== undefined;
  return {
    include,
    exclude,
    stamps,
    olderThanMs,
    nowMs,
    namesKept,
    filesystemType: mount.fsType,
    owned: rule.owned.map(rawPath),
  };
}

/** What only the whole of a survey tells. */
function settle(table: RemovalTable, tally: KeptTally): void {
  table.dropSplitGroups((path) => tally.add("linked-elsewhere", path));
  for (const { path, verdict } of table.staying()) tally.add(verdict as ReasonCode, path);
}
