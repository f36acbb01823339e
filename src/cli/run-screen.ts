import { shellQuote } from "../lib/shell-quote.ts";
import { formatBytes, formatCount, formatDuration, plural } from "../lib/units.ts";
import { type ReasonCode, reasons } from "../policies/reasons.ts";
import type { JobReport, RunReport } from "../reports/run.ts";
import { rawOf } from "./plan-screen.ts";
import { type Mark, mark, paint, type Terminal } from "./terminal.ts";

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
  const head = `${report.name.padEnd(width)}  ${mark(terminal, marks[report.status])} ${summary(terminal, report)}`;
  const { recovered } = report;
  const repaired = recovered.finished + recovered.dropped;
  const lines = [
    head,
    ...(repaired === 0
      ? []
      : [
          `repaired what run ${recovered.runs.join(", ")} left: ${plural(recovered.finished, "file")} finished, ${recovered.dropped} begun anew`,
        ]),
    ...stayed(report),
    ...report.errors.slice(0, errorsShown).flatMap((error) => errorLines(terminal, report, error)),
    ...(report.errors.length > errorsShown
      ? [`… and ${report.errors.length - errorsShown} more (--json lists them)`]
      : []),
  ];
  return lines.map((line, index) => (index === 0 ? line : `${" ".repeat(width + 4)}${line}`)).join("\n");
}

function summary(terminal: Terminal, report: JobReport): string {
  const [first] = report.errors;
  if (
    report.status === "refused" ||
    report.status === "unavailable" ||
    report.status === "busy" ||
    report.status === "failed"
  ) {
    return first === undefined
      ? report.status
      : `${report.status === "refused" ? "refused" : "skipped"}: ${first.message}`;
  }
  if (report.status === "not-started") return "not started";
  const moved = report.outcomes.moved ?? 0;
  const what =
    moved === 0
      ? "nothing moved"
      : `moved ${plural(moved, "file")}, ${formatBytes(report.bytesRead)} → ${formatBytes(report.bytesWritten)}, verified`;
  const held =
    report.bottleneck === null || moved === 0 ? "" : paint(terminal, "dim", `   (${report.bottleneck} took longest)`);
  const left =
    report.stoppedBy === null
      ? ""
      : `; stopped by ${report.stoppedBy}, ${plural(report.remaining.files, "file")} left for the next run`;
  return `${what}   ${formatDuration(report.seconds * 1000)}${held}${left}`;
}

function stayed({ outcomes }: JobReport): readonly string[] {
  const parts = Object.entries(outcomes)
    .filter(([code]) => code !== "moved")
    .map(([code, count]) => `${formatCount(count)} ${reasons[code as ReasonCode]?.label ?? code}`);
  return parts.length === 0 ? [] : [`stayed: ${parts.join(" · ")}`];
}

function errorLines(terminal: Terminal, report: JobReport, error: JobReport["errors"][number]): readonly string[] {
  const isWhole = error.path === "";
  // The job's own line has said it already.
  const isSaid = isWhole && report.status !== "partial" && report.status !== "ok";
  const message = isWhole ? error.message : `${shellQuote(rawOf(error))}: ${error.message}`;
  return [
    ...(isSaid ? [] : [`${mark(terminal, "warning")} ${message} [${error.code}]`]),
    ...(error.hint === null ? [] : [paint(terminal, "dim", error.hint)]),
  ];
}

/** `partial: 1 done, 1 refused · run 20261123T041500Z-7f3a`. */
export function runClosing(report: RunReport): string {
  const counts = new Map<string, number>();
  for (const { status } of report.jobs) counts.set(words[status], (counts.get(words[status]) ?? 0) + 1);
  const parts = [...counts].map(([word, count]) => `${count} ${word}`);
  return `${report.status}: ${parts.join(", ")} · run ${report.runId}`;
}

const words: Readonly<Record<JobReport["status"], string>> = {
  ok: "done",
  partial: "done in part",
  failed: "failed",
  refused: "refused",
  unavailable: "skipped",
  busy: "busy",
  interrupted: "interrupted",
  "not-started": "not started",
};
