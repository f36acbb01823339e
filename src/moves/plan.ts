import { openStepTable, type StepTable } from "../catalog/step-table.ts";
import type { Refusal } from "../jobs/job.ts";
import { compileGlob } from "../lib/glob.ts";
import { type RawPath, rawPath } from "../lib/raw-path.ts";
import { formatDuration } from "../lib/units.ts";
import { type Kept, tallyKept } from "../policies/kept.ts";
import { compileSelection } from "../policies/patterns.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { roomOf } from "../tiers/usage.ts";
import { type MovePlaces, type RefusalFacts, refuseMove, sameTree } from "./refuse.ts";
import type { MoveRule } from "./rule.ts";
import type { OpenSource } from "./source.ts";
import { surveySource } from "./survey.ts";

/** What a move would do now; its steps stand in a temporary table. */
export interface MovePlan extends Disposable {
  readonly steps: StepTable;
  readonly kept: Kept;
  readonly unreadable: readonly { readonly path: RawPath; readonly message: string }[];
  readonly refusal: Refusal | undefined;
}

export interface PlanFacts extends RefusalFacts {
  readonly nowMs: number;
  /** Path patterns that logrotate's configuration lists. */
  readonly logrotateNames: readonly string[];
  /** By absolute path. */
  readonly restoredRecently: (path: RawPath) => boolean;
  /** By absolute path. */
  readonly hadRotations: (path: RawPath) => boolean;
  readonly onKept?: (code: ReasonCode, path: RawPath) => void;
  readonly onProgress?: (files: number) => void;
}

const unreadableKept = 100;
const minimumSettledWithoutLeasesMs = 3_600_000;

/** Reads, decides, and changes nothing: the same facts always give the same plan. */
export function planMove(rule: MoveRule, at: MovePlaces, facts: PlanFacts): MovePlan {
  const steps = openStepTable();
  const tally = tallyKept(facts.onKept);
  const unreadable: { path: RawPath; message: string }[] = [];
  let refusal = refuseMove(rule, at, facts);
  if (refusal === undefined) {
    const noRoom = (path: RawPath) => tally.add("no-room", path);
    const { sizeBytes } = roomOf(at.tier);
    surveySource(at.source, surveyRule(rule, at.source, facts), {
      // However sparse it is: to read such holes takes for ever, and hardly a file system takes such a size.
      due: (step) => (step.identity.sizeBytes > sizeBytes ? noRoom(step.path) : steps.add(step)),
      kept: tally.add,
      unreadable: (path, message) => {
        tally.add("unreadable", path);
        if (unreadable.length < unreadableKept) unreadable.push({ path, message });
      },
      progress: (files) => facts.onProgress?.(files),
      tier: (uuid) => {
        if (uuid === at.tier.uuid) refusal = sameTree(at);
      },
    });
    steps.dropSplitGroups((path) => tally.add("linked-elsewhere", path));
    const { freeBytes } = roomOf(at.tier);
    if (steps.totals().roomBytes > freeBytes) {
      steps.dropBeyond(freeBytes, noRoom);
      steps.dropSplitGroups(noRoom);
    }
  }
  return { steps, kept: tally.result(), unreadable, refusal, [Symbol.dispose]: () => steps[Symbol.dispose]() };
}

function surveyRule(rule: MoveRule, source: OpenSource, facts: PlanFacts) {
  const listed = compileGlob(...facts.logrotateNames.map(rawPath));
  return {
    matcher: compileSelection(rule),
    age: { olderThanMs: rule.olderThanMs, settledForMs: settledFor(rule, source) },
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

/** What plan and run say of a source without leases. */
export function leaseWarning(source: OpenSource): string | undefined {
  if (source.leases) return undefined;
  const quiet = formatDuration(minimumSettledWithoutLeasesMs);
  return `${source.place.filesystemType} has no leases: writers on other machines cannot be seen, so files must be unchanged for ${quiet} (settled_for)`;
}
