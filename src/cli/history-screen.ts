import { formatLocal } from "../lib/moment.ts";
import { formatBytes, formatCount, formatDuration } from "../lib/units.ts";
import type { RunSummary } from "../reports/history.ts";
import type { JobReport } from "../reports/run.ts";
import { fitting, listLines, screenWidth } from "./layout.ts";
import { isDone, jobReportLines, stageWord, statusMark, statusWord } from "./run-screen.ts";
import { columns, mark, paint, sign, type Terminal, textWidth } from "./terminal.ts";

/** Runs, newest first, one line each. */
export function historyScreen(terminal: Terminal, runs: readonly RunSummary[]): string {
  if (runs.length === 0) return "no run yet: tierkeep run\n";
  const rows = runs.map((run) => [
    formatLocal(Date.parse(run.startedAt)).slice(0, 16),
    run.runId,
    run.seconds === null ? "" : formatDuration(run.seconds * 1000),
    `${mark(terminal, run.status === null ? "again" : statusMark(run.status))} ${didWords(run)}`,
  ]);
  const lines = columns(rows, [2]).map((line) => shortened(terminal, line));
  const [first] = runs;
  return `${[...lines, `tierkeep history ${first?.runId ?? "RUN"}`].join("\n")}\n`;
}

/** `412 moved, 1,204 cleaned; backups skipped` */
function didWords(run: RunSummary): string {
  if (run.status === null) return "did not end (under way, or killed)";
  const done = new Map<string, number>();
  for (const { outcomes } of run.jobs) {
    for (const [code, count] of Object.entries(outcomes))
      if (isDone(code)) done.set(code, (done.get(code) ?? 0) + count);
  }
  const counts = [...done].map(([code, count]) => `${formatCount(count)} ${code}`).join(", ");
  const others = run.jobs
    .filter(({ status }) => status !== "ok")
    .map(({ name, status }) => `${name} ${statusWord(status)}`);
  const parts = [counts, ...others].filter((part) => part !== "");
  return parts.length === 0 ? "nothing to do" : parts.join("; ");
}

function shortened(terminal: Terminal, line: string): string {
  if (textWidth(line) <= screenWidth) return line;
  const words = fitting(line.split(" "), " ", screenWidth - 2);
  return `${words.join(" ")} ${sign(terminal, "more")}`;
}

/** One run, whole: each job as the run showed it, and below it how fast each stage was. */
export function runScreen(terminal: Terminal, run: RunSummary): string {
  const dot = sign(terminal, "dot");
  const took = run.seconds === null ? "did not end" : formatDuration(run.seconds * 1000);
  const status = run.status === null ? "under way, or killed" : statusWord(run.status);
  const head = [run.runId, formatLocal(Date.parse(run.startedAt)).slice(0, 16), took, status].join(` ${dot} `);
  const width = Math.max(0, ...run.jobs.map(({ name }) => name.length));
  const jobs = run.jobs.flatMap((job) => [
    jobReportLines(terminal, job, width),
    ...speedLines(terminal, job, width + 4).map((line) => " ".repeat(width + 4) + line),
  ]);
  return `${[head, "", ...jobs].join("\n")}\n`;
}

function speedLines(terminal: Terminal, job: JobReport, indent: number): readonly string[] {
  const { bytesRead, bytesWritten, seconds, pausedMs } = job;
  const rate = (bytes: number) => `${formatBytes(bytes / Math.max(seconds, 0.001))}/s`;
  const rates = bytesRead === 0 ? [] : [`read ${rate(bytesRead)}, written ${rate(bytesWritten)}`];
  const stages = Object.entries(job.stageSeconds)
    .filter(([, spent]) => spent >= 0.0005)
    .sort(([, left], [, right]) => right - left)
    .map(([stage, spent]) => `${stageWord(stage)} ${formatDuration(spent * 1000)}`);
  const paused = pausedMs > 0 ? [`gave way for ${formatDuration(pausedMs)}`] : [];
  const spent = stages.length === 0 ? [] : listLines(stages, { lead: "", separator: ", ", indent });
  return [...rates, ...spent, ...paused].map((line) => paint(terminal, "dim", line));
}
