import type { Job, Outcome, Recovered } from "../jobs/job.ts";
import { rawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import type { ThingKind } from "../lib/thing-kinds.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { pathFields } from "../reports/path.ts";
import type { JobError, JobReport, JobStatus, Reclaimed } from "../reports/run.ts";
import type { PlannedJob } from "./job-messages.ts";

/** Outcomes that leave something for a person to look at; all others are harmless or come right by themselves. */
const troubles: ReadonlySet<string> = new Set<ReasonCode>([
  "failed",
  "no-room",
  "name-taken",
  "kept-at-source",
  "rescued",
  "unreadable",
  "open-unknown",
]);

const errorsKept = 100;

/** Adds up what a job does, in bounded memory. */
export interface JobTally {
  readonly recovered: (recovered: Recovered) => void;
  readonly planned: (planned: PlannedJob) => void;
  readonly outcomes: (outcomes: readonly Outcome[]) => void;
  readonly error: (error: JobError) => void;
  readonly warning: (message: string) => void;
  /** Files of the plan that nothing was done about. */
  readonly remainingFiles: () => number;
  /** Once, at the end. */
  readonly finish: (end: JobEnd) => JobReport;
}

export interface JobEnd {
  /** `undefined`: judged by what happened. */
  readonly status: JobStatus | undefined;
  readonly stoppedBy: string | null;
  readonly seconds: number;
  readonly stageSeconds: Readonly<Record<string, number>>;
  readonly pausedMs: number;
  /** What its deeds came to that a person should look at. */
  readonly concern?: JobReport["concern"] | undefined;
}

export function tallyJob({ name, kind }: Pick<Job, "name" | "kind">): JobTally {
  const counts = new Map<string, number>();
  const reclaimed = new Map<ThingKind, { count: number; bytes: number }>();
  const errors: JobError[] = [];
  const warnings: string[] = [];
  let plan: Pick<PlannedJob, "kept" | "warnings"> = { kept: {}, warnings: [] };
  const done: Done = { files: 0, sourceBytes: 0, read: 0, written: 0, freed: 0 };
  let totals: Totals = { files: 0, bytes: 0, overCap: { files: 0, bytes: 0 } };
  let recovered: JobReport["recovered"] = { finished: 0, dropped: 0, runs: [] };
  const error = (entry: JobError) => {
    if (errors.length < errorsKept) errors.push(entry);
  };
  return {
    error,
    warning: (message) => void warnings.push(message),
    recovered: ({ finished, dropped, runs, problems, strangers }) => {
      warnings.push(...strangers.map(strangerWarning));
      recovered = { finished, dropped, runs };
      for (const { path, ...problem } of problems) error({ ...pathFields(path), ...problem });
    },
    planned: (planned) => {
      // After a second plan of the same run only the last one counts, besides what was done before it.
      totals = totalsOf(planned, done);
      plan = planned;
    },
    outcomes: (outcomes) => {
      for (const outcome of outcomes) {
        addCount(counts, outcome);
        addDone(done, outcome);
        if (outcome.result === "entry-blocked") warnings.push(...blockedWarning(outcome, warnings.length));
        if (outcome.result === "removed") addThing(reclaimed, outcome);
        if (troubles.has(outcome.result)) error(errorOf(outcome));
      }
    },
    remainingFiles: () => Math.max(totals.files - done.files, 0),
    finish: ({ status, stoppedBy, seconds, stageSeconds, pausedMs, concern }) => {
      addTroubles(counts, plan);
      return {
        name,
        kind,
        status: status ?? (errors.length > 0 || hasTrouble(counts) ? "partial" : "ok"),
        outcomes: Object.fromEntries(counts),
        bytesRead: done.read,
        bytesWritten: done.written,
        bytesFreed: done.freed,
        ...(reclaimed.size === 0 ? {} : { reclaimed: Object.fromEntries(reclaimed) as Reclaimed }),
        seconds,
        stageSeconds,
        bottleneck: longest(stageSeconds),
        stoppedBy,
        remaining: remainingOf(totals, done),
        pausedMs,
        recovered,
        warnings: [...warnings, ...plan.warnings],
        ...(concern === undefined ? {} : { concern }),
        errors,
      };
    },
  };
}

function hasTrouble(counts: ReadonlyMap<string, number>): boolean {
  return [...counts.keys()].some((code) => troubles.has(code));
}

interface Counted {
  readonly files: number;
  readonly sourceBytes: number;
}

/** What one run takes on. */
interface Totals {
  readonly files: number;
  readonly bytes: number;
  /** Left to later ones. */
  readonly overCap: { readonly files: number; readonly bytes: number };
}

/** What was done before the plan counts as planned. */
function totalsOf({ totals }: PlannedJob, done: Counted): Totals {
  const { files, bytes, overCap = { files: 0, bytes: 0 } } = totals;
  return { files: done.files + files, bytes: done.sourceBytes + bytes, overCap };
}

function remainingOf(totals: Totals, done: Counted): JobReport["remaining"] {
  const files = Math.max(totals.files - done.files, 0) + totals.overCap.files;
  const bytes = Math.max(totals.bytes - done.sourceBytes, 0) + totals.overCap.bytes;
  if (files === 0) return { files, bytes, nights: 0 };
  if (done.files === 0 && done.sourceBytes === 0) return { files, bytes, nights: null };
  // Whichever is slower: many small files, or a few big ones. A set that was only begun has bytes, and no file yet.
  const share = (left: number, gone: number) => (gone === 0 ? 0 : left / gone);
  const nights = Math.max(share(files, done.files), share(bytes, done.sourceBytes));
  return { files, bytes, nights: Math.ceil(nights) };
}

function strangerWarning(name: string): string {
  return `.tierkeep/staging/${shellQuote(rawPath(name))} is of a run that this catalog does not know; it is left alone`;
}

function add(counts: Map<string, number>, code: string, count: number): void {
  counts.set(code, (counts.get(code) ?? 0) + count);
}

/** What a plan leaves alone is no outcome, but for what a person has to look at. */
function addTroubles(counts: Map<string, number>, { kept }: Pick<PlannedJob, "kept">): void {
  for (const [code, { count }] of Object.entries(kept)) if (troubles.has(code)) add(counts, code, count);
}

const bySets: ReadonlySet<string> = new Set<ReasonCode>(["entry-blocked", "begun"]);

/** A set that stays is one, however many files are in it. */
function addCount(counts: Map<string, number>, { result, files = 1 }: Outcome): void {
  add(counts, result, bySets.has(result) ? 1 : files);
}

const warningsKept = 20;

/** Nothing is wrong with it, and its person wants to know what is in the way. */
function blockedWarning({ message }: Outcome, told: number): readonly string[] {
  return message === undefined || told >= warningsKept ? [] : [`a set stays: ${message}`];
}

interface Done {
  files: number;
  sourceBytes: number;
  read: number;
  written: number;
  freed: number;
}

function addDone(done: Done, { result, files = 1, sizeBytes, storedBytes, freedBytes = 0 }: Outcome): void {
  done.files += files;
  done.sourceBytes += sizeBytes;
  done.freed += freedBytes;
  if (result !== "moved") return;
  done.read += sizeBytes;
  done.written += storedBytes;
}

function addThing(reclaimed: Map<ThingKind, { count: number; bytes: number }>, outcome: Outcome): void {
  const { kind, freedBytes = 0 } = outcome;
  if (kind === undefined) return;
  const { count, bytes } = reclaimed.get(kind) ?? { count: 0, bytes: 0 };
  reclaimed.set(kind, { count: count + 1, bytes: bytes + freedBytes });
}

const hints: Readonly<Record<string, string>> = {
  "no-room": "make room on the tier, or let a job move its oldest files on",
  "name-taken": "look at what lies there; nothing is ever overwritten",
  "kept-at-source": "both copies are good; run again when the source is quiet",
  rescued: "its writer kept a removed file open: let it reopen its log",
  "open-unknown": "run as root",
};

function errorOf({ path, kind, result, code, message }: Outcome): JobError {
  return {
    ...pathFields(path),
    code: code ?? result,
    message: message ?? result,
    hint:
      hints[result] ??
      hintByCode(code) ??
      (kind === undefined ? "the source is where it was; run again" : "nothing was forced; run again"),
  };
}

export const openFilesHint =
  "all hard links of a file are open at once: raise the limit of open files (LimitNOFILE=, ulimit -Hn), then run again";

/** A tier without room is `no-room`; this is where the thing itself lies. */
function hintByCode(code: string | undefined): string | undefined {
  if (code === "EMFILE") return openFilesHint;
  if (code !== "ENOSPC" && code !== "EDQUOT") return undefined;
  return "the file system that it lies on is full: make room there (df -h, df -i), then run again";
}

function longest(stageSeconds: Readonly<Record<string, number>>): string | null {
  const [first] = Object.entries(stageSeconds).sort(([, a], [, b]) => b - a);
  return first === undefined || first[1] === 0 ? null : first[0];
}
