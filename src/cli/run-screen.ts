import { shellQuote } from "../lib/shell-quote.ts";
import { formatBytes, formatDuration, plural } from "../lib/units.ts";
import type { JobReport, RunReport } from "../reports/run.ts";
import { countLines } from "./job-line.ts";
import { spread, wordLines } from "./layout.ts";
import { rawOf } from "./plan-screen.ts";
import { type Mark, mark, paint, sign, type Terminal } from "./terminal.ts";

const marks: Readonly<Record<JobReport["status"], Mark>> = {
  ok: "ok",
  partial: "warning",
  failed: "critical",
  refused: "critical",
  unavailable: "none",
  busy: "none",
  interrupted: "again",
  "not-started": "none",
};

const errorsShown = 5;

/** One job's line of a run, and below it what a person should look at. */
export function jobReportLines(terminal: Terminal, report: JobReport, width: number): string {
  const head = `${report.name.padEnd(width)}  ${mark(terminal, marks[report.status])} `;
  const indent = width + 4;
  const { moved: _, ...stayed } = report.outcomes;
  const more = report.errors.length - errorsShown;
  const lines = [
    ...repaired(report),
    ...stopped(report),
    ...countLines(terminal, stayed, { lead: "stayed: ", indent }),
    ...report.errors.slice(0, errorsShown).flatMap((error) => errorLines(terminal, report, { error, indent })),
    ...(more > 0 ? [`${sign(terminal, "more")} and ${more} more (--json lists them)`] : []),
    ...report.warnings.slice(0, errorsShown).flatMap((text) => warningLine(terminal, text, indent)),
  ];
  const [first = "", ...rest] = wordLines(answer(terminal, report), { lead: head, indent: 0 });
  return [spread(first, took(terminal, report)), ...rest, ...lines.map((line) => " ".repeat(indent) + line)].join("\n");
}

function answer(terminal: Terminal, report: JobReport): string {
  if (report.status === "not-started") return "not started";
  const [first] = report.errors;
  if (isWhole(report) && first !== undefined) {
    if (report.status === "unavailable") return `skipped: ${first.message}`;
    // The line begins with the job's name.
    return first.message.startsWith(`${report.name} `) ? first.message.slice(report.name.length + 1) : first.message;
  }
  const moved = report.outcomes.moved ?? 0;
  if (moved === 0) return report.remaining.files === 0 && isQuiet(report) ? "nothing to do" : "nothing moved";
  const bytes = `${formatBytes(report.bytesRead)} ${sign(terminal, "arrow")} ${formatBytes(report.bytesWritten)}`;
  return `moved ${plural(moved, "file")}, ${bytes}, verified`;
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
const worthTelling = 5;

/** How long it took, and what held it back when that is one thing and long enough to matter. */
function took(terminal: Terminal, report: JobReport): string {
  const { seconds, bottleneck, stageSeconds } = report;
  if (isWhole(report) || report.status === "not-started") return "";
  const stage = bottleneck === null ? 0 : (stageSeconds[bottleneck] ?? 0);
  const most =
    bottleneck === null || seconds < worthTelling || stage < seconds / 2
      ? ""
      : `, mostly ${stages[bottleneck] ?? bottleneck}`;
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

function stopped({ stoppedBy, remaining }: JobReport): readonly string[] {
  if (stoppedBy === null) return [];
  return [`stopped by ${stoppedBy}; ${plural(remaining.files, "file")} left for the next run`];
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
