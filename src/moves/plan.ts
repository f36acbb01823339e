import { openStepTable, type StepTable } from "../catalog/step-table.ts";
import type { Refusal } from "../jobs/job.ts";
import type { Scanning } from "../jobs/scan-source.ts";
import type { OpenSource } from "../jobs/source.ts";
import { compileGlob } from "../lib/glob.ts";
import { type RawPath, rawPath } from "../lib/raw-path.ts";
import { formatDuration } from "../lib/units.ts";
import { accessTimesOf, accessTimesWarning } from "../policies/access-times.ts";
import { type Kept, type KeptTally, tallyKept } from "../policies/kept.ts";
import { compileSelection } from "../policies/patterns.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { roomOf } from "../tiers/usage.ts";
import { type MovePlaces, type RefusalFacts, refuseMove, sameTree } from "./refuse.ts";
import type { MoveRule } from "./rule.ts";
import { surveySource } from "./survey.ts";

/** What a move would do now; its steps stand in a temporary table. */
export interface MovePlan extends Disposable {
  readonly steps: StepTable;
  readonly kept: Kept;
  /** When the directory whose counts are the oldest was read; `undefined` when all were read now. */
  readonly keptAsOfMs: number | undefined;
  readonly unreadable: readonly { readonly path: RawPath; readonly message: string }[];
  readonly refusal: Refusal | undefined;
}

/** What judging a file needs besides the rule and the file. */
export interface JudgingFacts {
  readonly nowMs: number;
  /** Path patterns that logrotate's configuration lists. */
  readonly logrotateNames: readonly string[];
  /** By absolute path. */
  readonly restoredRecently: (path: RawPath) => boolean;
  /** By absolute path. */
  readonly hadRotations: (path: RawPath) => boolean;
  /** Given, it is told each thing that stays. */
  readonly onKept?: (code: ReasonCode, path: RawPath) => void;
}

export interface PlanFacts extends RefusalFacts, JudgingFacts {
  readonly scanning: Scanning;
  readonly onProgress?: (files: number) => void;
}

const unreadableKept = 100;
const minimumSettledWithoutLeasesMs = 3_600_000;

/** Reads, decides, and changes nothing but the scan index: the same facts always give the same plan. */
export async function planMove(rule: MoveRule, at: MovePlaces, facts: PlanFacts): Promise<MovePlan> {
  using opening = new DisposableStack();
  const steps = opening.use(openStepTable());
  const refusal = refuseMove(rule, at, facts);
  const seen = refusal === undefined ? await survey(rule, at, { facts, steps }) : { ...nothingSeen(facts), refusal };
  if (seen.refusal === undefined) dropWhatCannotGo(steps, at, seen.tally);
  const held = opening.move();
  return {
    steps,
    kept: seen.tally.result(),
    keptAsOfMs: seen.keptAsOfMs,
    unreadable: seen.unreadable,
    refusal: seen.refusal,
    [Symbol.dispose]: () => held.dispose(),
  };
}

/** What a survey tells besides the steps. */
interface Seen {
  readonly tally: KeptTally;
  readonly unreadable: { readonly path: RawPath; readonly message: string }[];
  refusal: Refusal | undefined;
  keptAsOfMs: number | undefined;
}

function nothingSeen({ onKept }: PlanFacts): Seen {
  return { tally: tallyKept(onKept), unreadable: [], refusal: undefined, keptAsOfMs: undefined };
}

async function survey(
  rule: MoveRule,
  at: MovePlaces,
  { facts, steps }: { readonly facts: PlanFacts; readonly steps: StepTable },
): Promise<Seen> {
  let seen = nothingSeen(facts);
  const request = { rule: surveyRule(rule, at.source, facts), scanning: facts.scanning };
  const { sizeBytes } = roomOf(at.tier);
  const scanned = await surveySource(at.source, request, {
    // However sparse it is: to read such holes takes for ever, and hardly a file system takes such a size.
    due: (step) => (step.identity.sizeBytes > sizeBytes ? seen.tally.add("no-room", step.path) : steps.add(step)),
    kept: (code, path) => seen.tally.add(code, path),
    named: (code, path) => facts.onKept?.(code, path),
    unreadable: (path, message) => {
      seen.tally.add("unreadable", path);
      if (seen.unreadable.length < unreadableKept) seen.unreadable.push({ path, message });
    },
    progress: (files) => facts.onProgress?.(files),
    tier: (uuid) => {
      if (uuid === at.tier.uuid) seen.refusal = sameTree(at);
    },
    restart: () => {
      seen = nothingSeen(facts);
      steps.clear();
    },
  });
  for (const [code, counted] of scanned.kept) seen.tally.addCounted(code, counted);
  seen.keptAsOfMs = scanned.keptAsOfMs;
  return seen;
}

/** Links that are not all here, and what the tier has no room for. */
function dropWhatCannotGo(steps: StepTable, at: MovePlaces, tally: KeptTally): void {
  steps.dropSplitGroups((path) => tally.add("linked-elsewhere", path));
  const { freeBytes } = roomOf(at.tier);
  if (steps.totals().roomBytes <= freeBytes) return;
  const noRoom = (path: RawPath) => tally.add("no-room", path);
  steps.dropBeyond(freeBytes, noRoom);
  steps.dropSplitGroups(noRoom);
}

/** What every file is judged by. */
export function surveyRule(rule: MoveRule, source: OpenSource, facts: JudgingFacts) {
  const listed = compileGlob(...facts.logrotateNames.map(rawPath));
  return {
    include: rule.include,
    exclude: rule.exclude,
    namesKept: facts.onKept !== undefined,
    matcher: compileSelection(rule),
    age: { olderThanMs: rule.olderThanMs, ageBy: rule.ageBy, settledForMs: settledFor(rule, source) },
    activeLogs: rule.activeLogs,
    nowMs: facts.nowMs,
    listedByLogrotate: facts.logrotateNames.length === 0 ? () => false : (path: RawPath) => listed(path),
    restoredRecently: facts.restoredRecently,
    hadRotations: facts.hadRotations,
  };
}

/** Writers on other machines cannot be seen without leases, so a file must have been left alone for an hour. */
function settledFor(rule: MoveRule, source: OpenSource): number {
  if (rule.settledForGiven || source.leases) return rule.settledForMs;
  return Math.max(rule.settledForMs, minimumSettledWithoutLeasesMs);
}

/** What plan and run say of a source whose file system does not tell all that the rule goes by. */
export function planWarnings(rule: MoveRule, source: OpenSource): readonly string[] {
  const isByUse = rule.ageBy.includes("atime");
  const times = isByUse ? accessTimesWarning(accessTimesOf(source.mount), rule.olderThanMs) : undefined;
  return [leaseWarning(source), times].filter((warning) => warning !== undefined);
}

function leaseWarning(source: OpenSource): string | undefined {
  if (source.leases) return undefined;
  const quiet = formatDuration(minimumSettledWithoutLeasesMs);
  return `${source.place.filesystemType} has no leases: writers on other machines cannot be seen, so files must be unchanged for ${quiet} (settled_for)`;
}
