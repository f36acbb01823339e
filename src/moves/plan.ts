import { openSetTable, type SetTable } from "../catalog/set-table.ts";
import { openStepTable, type StepTable } from "../catalog/step-table.ts";
import type { FreedBefore, Plan, Refusal } from "../jobs/job.ts";
import type { Scanning } from "../jobs/scan-source.ts";
import type { OpenSource } from "../jobs/source.ts";
import { compileGlob } from "../lib/glob.ts";
import { type RawPath, rawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { formatDuration, plural } from "../lib/units.ts";
import { accessTimesOf, accessTimesWarning } from "../policies/access-times.ts";
import { passesWithTime } from "../policies/due.ts";
import { type InTheWay, type Kept, type KeptTally, type OnKept, tallyKept } from "../policies/kept.ts";
import { compileSelection } from "../policies/patterns.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { roomOf } from "../tiers/usage.ts";
import { type Filled, fullnessWords, lookHowFull } from "./fullness.ts";
import { type Limited, limitSets, limitSteps } from "./limit-plan.ts";
import { type MovePlaces, type RefusalFacts, refuseMove, sameTree } from "./refuse.ts";
import type { MoveRule } from "./rule.ts";
import { surveySets } from "./set-survey.ts";
import { surveySource } from "./survey.ts";

/** What a move would do now; its steps stand in a temporary table. */
export interface MovePlan extends Disposable {
  readonly steps: StepTable;
  /** What goes whole, where the rule says so; there are no steps then. */
  readonly sets: SetTable;
  /** Entries of sets that were begun and stay for now, for a reason that passes. */
  readonly waiting: ReadonlySet<RawPath>;
  readonly kept: Kept;
  /** When the directory whose counts are the oldest was read; `undefined` when all were read now. */
  readonly keptAsOfMs: number | undefined;
  readonly unreadable: readonly { readonly path: RawPath; readonly message: string }[];
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
  /** What `max_move` leaves to later runs. */
  readonly overCap: Limited["overCap"];
  /** Of a rule with a watermark. */
  readonly filled: Filled | undefined;
  readonly frees: NonNullable<Plan["frees"]>;
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
  readonly onKept?: OnKept;
}

export interface PlanFacts extends RefusalFacts, JudgingFacts {
  readonly scanning: Scanning;
  readonly freedBefore: FreedBefore;
  /** Sets that earlier runs began, by entry: the bytes that lie on the tier of each. */
  readonly begun: ReadonlyMap<RawPath, number>;
  readonly onProgress?: (files: number) => void;
}

const unreadableKept = 100;
const minimumSettledWithoutLeasesMs = 3_600_000;

/** Reads, decides, and changes nothing but the scan index: the same facts always give the same plan. */
export async function planMove(rule: MoveRule, at: MovePlaces, facts: PlanFacts): Promise<MovePlan> {
  using opening = new DisposableStack();
  const steps = opening.use(openStepTable());
  const sets = opening.use(openSetTable());
  const seen: Seen = { ...nothingSeen(facts), refusal: refuseMove(rule, at, facts) };
  const filled = seen.refusal === undefined ? lookHowFull(rule, at.source, facts.freedBefore) : undefined;
  const isLooking = seen.refusal === undefined && filled?.toFreeBytes !== 0;
  // Nobody looks whether a set that was begun is still wanted.
  if (!isLooking) seen.waiting = new Set(facts.begun.keys());
  if (isLooking) await lookAround({ rule, at, facts, seen }, { steps, sets });
  const isLimited = isLooking && seen.refusal === undefined;
  const { end, overCap } = isLimited ? limit({ rule, at, facts, seen }, { steps, sets, filled }) : unlimited;
  const held = opening.move();
  return {
    steps,
    sets,
    waiting: seen.waiting,
    kept: seen.tally.result(),
    keptAsOfMs: seen.keptAsOfMs,
    unreadable: seen.unreadable,
    warnings: [...planWarnings(rule, at.source), ...blockedWarnings(seen)],
    overCap,
    filled,
    frees: { mountPoint: at.source.mount.mountPoint, bytes: allocatedOf({ steps, sets }) },
    notes:
      filled === undefined
        ? []
        : [fullnessWords(filled, at.source, { allocatedBytes: allocatedOf({ steps, sets }), end })],
    refusal: seen.refusal,
    [Symbol.dispose]: () => held.dispose(),
  };
}

const unlimited: Limited = { end: "no-more", overCap: { files: 0, bytes: 0 } };

/** What a survey tells besides the steps. */
interface Seen {
  tally: KeptTally;
  unreadable: { readonly path: RawPath; readonly message: string }[];
  /** What is in the way of sets. */
  blocked: string[];
  waiting: Set<RawPath>;
  refusal: Refusal | undefined;
  keptAsOfMs: number | undefined;
}

function nothingSeen({ onKept }: PlanFacts): Seen {
  return {
    tally: tallyKept(onKept),
    unreadable: [],
    blocked: [],
    waiting: new Set(),
    refusal: undefined,
    keptAsOfMs: undefined,
  };
}

interface Looking {
  readonly rule: MoveRule;
  readonly at: MovePlaces;
  readonly facts: PlanFacts;
  readonly seen: Seen;
}

interface Tables {
  readonly steps: StepTable;
  readonly sets: SetTable;
}

async function lookAround(looking: Looking, { steps, sets }: Tables): Promise<void> {
  const { rule, at, facts, seen } = looking;
  const judging = surveyRule(rule, at.source, facts);
  const { sizeBytes: tierBytes } = roomOf(at.tier);
  if (rule.unit === "entry") {
    const blocked = ({ path, why }: InTheWay) => void seen.blocked.push(`${shellQuote(path)}: ${why}`);
    const { scanning } = facts;
    surveySets({
      ...{ source: at.source, rule: judging, scanning, table: sets, tierBytes },
      sink: { ...sinkOf(looking), blocked },
    });
    return;
  }
  const scanned = await surveySource(
    at.source,
    { rule: judging, scanning: facts.scanning },
    {
      ...sinkOf(looking),
      // However sparse it is: to read such holes takes for ever, and hardly a file system takes such a size.
      due: (step) => (step.identity.sizeBytes > tierBytes ? seen.tally.add("no-room", step.path) : steps.add(step)),
      named: (code, path) => facts.onKept?.(code, path),
      restart: () => {
        Object.assign(seen, nothingSeen(facts));
        steps.clear();
      },
    },
  );
  for (const [code, counted] of scanned.kept) seen.tally.addCounted(code, counted);
  seen.keptAsOfMs = scanned.keptAsOfMs;
}

function limit(looking: Looking, { steps, sets, filled }: Tables & { readonly filled: Filled | undefined }): Limited {
  const { rule, at, facts } = looking;
  const limits = { freeBytes: roomOf(at.tier).freeBytes, toFreeBytes: filled?.toFreeBytes, cap: rule.maxMove };
  const { kept } = sinkOf(looking);
  return rule.unit === "entry"
    ? limitSets(sets, limits, { kept, begun: facts.begun })
    : limitSteps(steps, limits, kept);
}

/** What the source's file system would get back. */
export function allocatedOf({ steps, sets }: Tables): number {
  return steps.totals().allocatedBytes + sets.totals().allocatedBytes;
}

function sinkOf({ at, facts, seen }: Looking) {
  return {
    kept: (code: ReasonCode, path: RawPath, inTheWay?: InTheWay) => {
      seen.tally.add(code, path, inTheWay);
      if (facts.begun.has(path) && isWaiting(code)) seen.waiting.add(path);
    },
    unreadable: (path: RawPath, message: string) => {
      seen.tally.add("unreadable", path);
      if (facts.begun.has(path)) seen.waiting.add(path);
      if (seen.unreadable.length < unreadableKept) seen.unreadable.push({ path, message });
    },
    progress: (files: number) => facts.onProgress?.(files),
    tier: (uuid: string) => {
      if (uuid === at.tier.uuid) seen.refusal = sameTree(at);
    },
  };
}

/** Reasons for which a set that was begun is not given up. */
function isWaiting(code: ReasonCode): boolean {
  return passesWithTime(code) || code === "entry-blocked" || code === "over-cap" || code === "not-needed";
}

const blockedTold = 10;

function blockedWarnings({ blocked }: Seen): readonly string[] {
  const more = blocked.length - blockedTold;
  const rest = more > 0 ? [`${plural(more, "more set")} stay for such a reason (--json lists them)`] : [];
  return [...blocked.slice(0, blockedTold).map((each) => `a set stays: ${each}`), ...rest];
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

/** What is to be said of a source whose file system does not tell all that the rule goes by. */
function planWarnings(rule: MoveRule, source: OpenSource): readonly string[] {
  const isByUse = rule.ageBy.includes("atime");
  const times = isByUse ? accessTimesWarning(accessTimesOf(source.mount), rule.olderThanMs) : undefined;
  return [leaseWarning(source), times].filter((warning) => warning !== undefined);
}

function leaseWarning(source: OpenSource): string | undefined {
  if (source.leases) return undefined;
  const quiet = formatDuration(minimumSettledWithoutLeasesMs);
  return `${source.place.filesystemType} has no leases: writers on other machines cannot be seen, so files must be unchanged for ${quiet} (settled_for)`;
}
