import type { Looked, PlannedStep } from "../jobs/job.ts";
import { isWithin, type RawPath } from "../lib/raw-path.ts";
import { firstMoment, passesWithTime } from "../policies/due.ts";
import type { InTheWay, OnKept } from "../policies/kept.ts";
import type { ReasonCode } from "../policies/reasons.ts";

/** What a plan says of one thing: a step, or a reason for which it stays. */
export type Verdict =
  | { readonly step: PlannedStep; readonly reason?: undefined; readonly path: RawPath }
  | {
      readonly step?: undefined;
      readonly reason: ReasonCode;
      readonly path: RawPath;
      readonly inTheWay?: InTheWay | undefined;
    };

/** What stays below a directory for one reason. */
export interface Staying {
  count: number;
  bytes: number;
  /** When the first of them is old enough, in milliseconds since 1970; `undefined` where age is not what keeps them. */
  firstDueMs: number | undefined;
  /** The first few. */
  readonly examples: RawPath[];
}

export interface Gathered {
  /** Of the very path, or of what it is a part of: a set, or a directory that is left alone as a whole. */
  readonly verdict: Verdict | undefined;
  /** The steps below it. */
  readonly due: { readonly count: number; readonly bytes: number };
  readonly staying: ReadonlyMap<ReasonCode, Staying>;
}

/** Picks what concerns one path out of all that a plan tells, in memory that does not grow with the plan. */
export interface Gathering {
  readonly kept: OnKept;
  readonly step: (step: PlannedStep) => void;
  readonly result: () => Gathered;
}

export interface GatherAsk {
  /** From the source; empty for the source itself. */
  readonly path: RawPath;
  readonly nowMs: number;
  /** `undefined` for what is not there any more. */
  readonly look: (path: RawPath) => Looked | undefined;
}

const examplesKept = 3;

export function gather({ path: asked, nowMs, look }: GatherAsk): Gathering {
  let verdict: Verdict | undefined;
  const due = { count: 0, bytes: 0 };
  const staying = new Map<ReasonCode, Staying>();
  return {
    kept: (reason, told, inTheWay) => {
      const path = fromRoot(told);
      const relation = relate(path, asked);
      if (relation === "decides") verdict = nearer(verdict, { reason, path, inTheWay });
      if (relation !== "below") return;
      const entry = staying.get(reason) ?? { count: 0, bytes: 0, firstDueMs: undefined, examples: [] };
      staying.set(reason, entry);
      addStaying(entry, { reason, path, nowMs, looked: look(path) });
    },
    step: (step) => {
      const relation = relate(step.path, asked);
      if (relation === "decides") verdict = nearer(verdict, { step, path: step.path });
      if (relation !== "below") return;
      due.count += 1;
      due.bytes += step.sizeBytes;
    },
    result: () => ({ verdict, due, staying }),
  };
}

/** A plan calls the source itself `.`. */
function fromRoot(told: RawPath): RawPath {
  return told === "." ? ("" as RawPath) : told;
}

function relate(told: RawPath, asked: RawPath): "decides" | "below" | "elsewhere" {
  if (told === "" || isWithin(asked, told)) return "decides";
  return asked === "" || isWithin(told, asked) ? "below" : "elsewhere";
}

/** What holds for a directory as a whole holds for all in it of which nothing nearer is told. */
function nearer(known: Verdict | undefined, told: Verdict): Verdict {
  return known !== undefined && known.path.length > told.path.length ? known : told;
}

interface Kept {
  readonly reason: ReasonCode;
  readonly path: RawPath;
  readonly nowMs: number;
  readonly looked: Looked | undefined;
}

function addStaying(entry: Staying, { reason, path, nowMs, looked }: Kept): void {
  entry.count += 1;
  if (entry.examples.length < examplesKept) entry.examples.push(path);
  if (looked === undefined) return;
  if (looked.stat.kind === "file") entry.bytes += looked.stat.sizeBytes;
  if (!passesWithTime(reason)) return;
  const isOld = (ms: number) => !passesWithTime(looked.judgeAt(ms));
  // Most are not the first, and one question tells.
  if (entry.firstDueMs !== undefined && !isOld(entry.firstDueMs - 1)) return;
  entry.firstDueMs = firstMoment(isOld, nowMs);
}
