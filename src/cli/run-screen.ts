import type { Done } from "../jobs/job.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { type ThingKind, thingKinds } from "../lib/thing-kinds.ts";
import { formatBytes, formatDuration, plural } from "../lib/units.ts";
import type { JobReport, Reclaimed, RunReport } from "../reports/run.ts";
import { countLines } from "./job-line.ts";
import { spread, wordLines } from "./layout.ts";
import { rawOf } from "./plan-screen.ts";
import { type Mark, mark, paint, sign, type Terminal } from "./terminal.ts";

const statusMarks: Readonly<Record<JobReport["status"], Mark>> = {
  ok: "ok",
  partial: "warning",
  failed: "critical",
  refused: "critical",
  unavailable: "none",
  busy: "none",
  interrupted: "again",
  "not-started": "none",
};

export function statusMark(status: JobReport["status"]): Mark {
  return statusMarks[status];
}

const errorsShown = 5;

/** One job's line of a run, and below it what a person should look at. */
export function jobReportLines(terminal: Terminal, report: JobReport, width: number): string {
  const head = `${report.name.padEnd(width)}  ${mark(terminal, statusMark(report.status))} `;
  const indent = width + 4;
  const stayed = Object.fromEntries(Object.entries(report.outcomes).filter(([code]) => !isDone(code)));
  const more = report.errors.length - errorsShown;
  const lines = [
    ...repaired(report),
    ...stopped(report),
    ...gaveWay(report),
    ...countLines(terminal, stayed, { lead: "stayed: ", indent }),
    ...report.errors.slice(0, errorsShown).flatMap((error) => errorLines(terminal, report, { error, indent })),
    ...(more > 0 ? [`${sign(terminal, "more")} and ${more} more (--json lists them)`] : []),
    ...concernLines(terminal, report, indent),
    ...report.warnings.slice(0, errorsShown).flatMap((text) => warningLine(terminal, text, indent)),
  ];
  const [first = "", ...rest] = wordLines(answer(terminal, report), { lead: head, indent: 0 });
  return [spread(first, took(terminal, report)), ...rest, ...lines.map((line) => " ".repeat(indent) + line)].join("\n");
}

function answer(terminal: Terminal, report: JobReport): string {
  if (report.status === "not-started") {
    return report.stoppedBy === null ? "not started" : `not started: ${report.stoppedBy} (--now, or name it)`;
  }
  const [first] = report.errors;
  if (isWhole(report) && first !== undefined) {
    if (report.status === "unavailable") return `skipped: ${first.message}`;
    // The line begins with the job's name.
    return first.message.startsWith(`${report.name} `) ? first.message.slice(report.name.length + 1) : first.message;
  }
  const done = deedWords(terminal, report);
  if (done !== undefined) return done;
  return report.remaining.files === 0 && isQuiet(report)
    ? "nothing to do"
    : `nothing ${report.kind === "move" ? "moved" : "removed"}`;
}

/** What a job did, in words; `undefined` when nothing was done. */
export function deedWords(terminal: Terminal, report: JobReport): string | undefined {
  const parts = Object.entries(report.outcomes).flatMap(([code, count]) =>
    isDone(code) ? [deeds[code](terminal, report, plural(count, "file"))] : [],
  );
  return parts.length === 0 ? undefined : parts.join("; ");
}

/** What was done, in words. */
const deeds: Readonly<Record<Done, (terminal: Terminal, report: JobReport, files: string) => string>> = {
  moved: (terminal, { bytesRead, bytesWritten }, files) =>
    `moved ${files}, ${formatBytes(bytesRead)} ${sign(terminal, "arrow")} ${formatBytes(bytesWritten)}, verified`,
  cleaned: (_terminal, { bytesFreed }, files) => `cleaned ${files}, ${formatBytes(bytesFreed)} freed`,
  quarantined: (_terminal, _report, files) => `set ${files} aside`,
  removed: (_terminal, { bytesFreed, reclaimed }, files) =>
    `removed ${reclaimed === undefined ? files : thingsText(reclaimed)}, ${formatBytes(bytesFreed)} freed`,
};

/** `3 containers, 12 images` */
function thingsText(reclaimed: Reclaimed): string {
  return Object.entries(reclaimed)
    .map(([kind, { count }]) => plural(count, thingKinds[kind as ThingKind]))
    .join(", ");
}

/** The outcome is a deed, and not a reason why something stayed. */
export function isDone(code: string): code is Done {
  return Object.hasOwn(deeds, code);
}

function concernLines(terminal: Terminal, { concern }: JobReport, indent: number): readonly string[] {
  if (concern === undefined) return [];
  return [
    ...warningLine(terminal, `${concern.message} [${concern.guard}]`, indent),
    paint(terminal, "dim", concern.hint),
  ];
}

function warningLine(terminal: Terminal, text: string, indent: number): readonly string[] {
  return wordLines(text, { lead: `${mark(terminal, "warning")} `, indent });
}

/** The job as a whole could not be done, and its first error says why. */
function isWhole({ status }: JobReport): boolean {
  return status === "refused" || status === "unavailable" || status === "busy" || status === "failed";
}

function isQuiet({ outcomes, errors }: JobReport): boolean {
  return Object.keys(outcomes).length === 0 && errors.length === 0;
}

const stages: Readonly<Record<string, string>> = {
  scan: "looking",
  copy: "copying",
  read: "reading",
  compress: "compressing",
  write: "writing",
  sync: "syncing",
  verify: "reading back",
  publish: "publishing",
  unlink: "removing",
  journal: "writing the journal",
};
/** `reading back` for `verify`. */
export function stageWord(stage: string): string {
  return stages[stage] ?? stage;
}

const worthTelling = 5;

/** How long it took, and what held it back when that is one thing and long enough to matter. */
function took(terminal: Terminal, report: JobReport): string {
  const { seconds, bottleneck, stageSeconds } = report;
  if (isWhole(report) || report.status === "not-started") return "";
  const stage = bottleneck === null ? 0 : (stageSeconds[bottleneck] ?? 0);
  const most =
    bottleneck === null || seconds < worthTelling || stage < seconds / 2 ? "" : `, mostly ${stageWord(bottleneck)}`;
  return paint(terminal, "dim", `${formatDuration(seconds * 1000)}${most}`);
}

function repaired({ recovered }: JobReport): readonly string[] {
  const { finished, dropped, runs } = recovered;
  if (finished + dropped === 0) return [];
  const parts = [
    ...(finished === 0 ? [] : [`${plural(finished, "file")} finished`]),
    ...(dropped === 0 ? [] : [`${plural(dropped, "file")} begun anew`]),
  ];
  return [`repaired what run ${runs.join(", ")} left:`, `  ${parts.join(", ")}`];
}

function stopped({ status, stoppedBy, remaining }: JobReport): readonly string[] {
  if (stoppedBy === null || status === "not-started") return [];
  const left = `${plural(remaining.files, "file")}, ${formatBytes(remaining.bytes)} left`;
  if (!isLimit(stoppedBy)) return [`stopped by ${stoppedBy}; ${left} for the next run`];
  const { nights } = remaining;
  return [`${left} at ${stoppedBy}${nights === null ? "" : `: ${plural(nights, "night")} more like this one`}`];
}

function isLimit(stoppedBy: string): boolean {
  return stoppedBy === "stop_after" || stoppedBy === "not_between";
}

const pauseWorthTellingMs = 1_000;

export function gaveWay({ pausedMs }: Pick<JobReport, "pausedMs">): readonly string[] {
  return pausedMs < pauseWorthTellingMs ? [] : [`gave way to others at the disks for ${formatDuration(pausedMs)}`];
}

interface ErrorLine {
  readonly error: JobReport["errors"][number];
  readonly indent: number;
}

function errorLines(terminal: Terminal, report: JobReport, { error, indent }: ErrorLine): readonly string[] {
  const isSaid = error.path === "" && isWhole(report);
  const path = shellQuote(rawOf(error));
  const isNamed = error.path === "" || error.message.endsWith(` on ${path}`);
  const message = isNamed ? error.message : `${path}: ${error.message}`;
  const wrapping = { lead: `${mark(terminal, "warning")} `, indent };
  return [
    ...(isSaid ? [] : wordLines(`${message} [${error.code}]`, wrapping)),
    ...(error.hint === null ? [] : [paint(terminal, "dim", error.hint)]),
  ];
}

const words: Readonly<Record<JobReport["status"], string>> = {
  ok: "done",
  partial: "partial",
  failed: "failed",
  refused: "refused",
  unavailable: "skipped",
  busy: "busy",
  interrupted: "interrupted",
  "not-started": "not started",
};

export function statusWord(status: JobReport["status"]): string {
  return words[status];
}

/** `partial: 1 done, 1 refused · run 20261123T041500Z-7f3a`, and the exit code at the edge when it is not 0. */
export function runClosing(terminal: Terminal, report: RunReport, exitCode: number): string {
  const counts = new Map<string, number>();
  for (const { status } of report.jobs) counts.set(words[status], (counts.get(words[status]) ?? 0) + 1);
  const parts = [...counts].map(([word, count]) => `${count} ${word}`);
  const summary = counts.size < 2 ? ([...counts.keys()][0] ?? "no job") : `${report.status}: ${parts.join(", ")}`;
  const left = `${summary} ${sign(terminal, "dot")} run ${report.runId}`;
  const exit = exitCode === 0 ? "" : `exit ${exitCode}`;
  return spread(left, exit);
}
