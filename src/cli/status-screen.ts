import { wholePercent } from "../health/judge-fullness.ts";
import { formatLocal } from "../lib/moment.ts";
import { formatBytes, formatDuration, plural } from "../lib/units.ts";
import type { HealthStatus } from "../reports/health.ts";
import type { JobStatusAtAGlance, StatusReport, TierStatus } from "../reports/status.ts";
import { healthMarks, healthTones } from "./health-marks.ts";
import { spread, wordLines } from "./layout.ts";
import { deedWords, statusMark, statusWord } from "./run-screen.ts";
import { bar, mark, paint, sign, type Terminal, textWidth } from "./terminal.ts";

/** The answer, tiers as bars, what each job last did, then what to look at. */
export function statusScreen(terminal: Terminal, report: StatusReport): string {
  const names = [...report.tiers, ...report.jobs].map(({ name }) => name.length);
  const width = Math.max(6, ...names);
  return [
    answer(terminal, report),
    "",
    ...report.tiers.map((tier) => tierLine(terminal, tier, width)),
    "",
    ...(report.jobs.length === 0 ? ["  no job yet"] : report.jobs.map((job) => jobLine(terminal, job, width))),
    ...lookAt(terminal, report),
  ].join("\n");
}

function answer(terminal: Terminal, { host, status, findings, lastRun }: StatusReport): string {
  const words = findings.length === 0 ? allWell[status] : plural(findings.length, "finding");
  const run =
    lastRun === null
      ? "no run yet"
      : `last run ${formatLocal(Date.parse(lastRun.startedAt)).slice(0, 16)}, ${lastRun.seconds === null || lastRun.status === null ? "did not end" : `${formatDuration(lastRun.seconds * 1000)}, ${statusWord(lastRun.status)}`}`;
  return [host, paint(terminal, healthTones[status], words), run].join(` ${sign(terminal, "dot")} `);
}

const allWell: Readonly<Record<HealthStatus, string>> = {
  ok: "all well",
  warning: "all well but one",
  critical: "something is wrong",
  unknown: "not everything could be looked at",
};

const barWidth = 32;

function tierLine(terminal: Terminal, tier: TierStatus, width: number): string {
  const flag = mark(terminal, healthMarks[tier.status]);
  const head = `  ${tier.name.padEnd(width)}  ${flag}${" ".repeat((terminal.symbols ? 3 : 6) - textWidth(flag))}`;
  if (tier.hungSince !== null)
    return `${head}not answering since ${formatLocal(Date.parse(tier.hungSince)).slice(0, 16)}`;
  if (tier.usedRatio === null || tier.freeBytes === null) return `${head}${paint(terminal, "dim", "not looked at")}`;
  const gauge = terminal.symbols ? `${bar(terminal, tier.usedRatio, barWidth)}  ` : "";
  return `${head}${gauge}${wholePercent(tier.usedRatio).padStart(5)}  ${formatBytes(tier.freeBytes).padStart(8)} free`;
}

function jobLine(terminal: Terminal, { name, approved, last, lastRunAt }: JobStatusAtAGlance, width: number): string {
  const head = `  ${name.padEnd(width)}  `;
  if (last === null) return `${head}${paint(terminal, "dim", approved ? "never ran" : "not approved")}`;
  const when = lastRunAt === null ? "" : paint(terminal, "dim", formatLocal(Date.parse(lastRunAt)).slice(0, 16));
  const words = deedWords(terminal, last) ?? (last.status === "ok" ? "nothing to do" : statusWord(last.status));
  return spread(`${head}${mark(terminal, statusMark(last.status))} ${words}`, when);
}

function lookAt(terminal: Terminal, { findings, jobs, catalogProblem }: StatusReport): readonly string[] {
  const waiting = jobs.filter(({ approved }) => !approved).map(({ name }) => name);
  const lines = [
    ...findings.flatMap(({ severity, tier, message, hint }) => [
      ...wordLines(`${tier}: ${message}`, { lead: `${mark(terminal, severity)} `, indent: 2 }),
      `  ${hint}`,
    ]),
    ...(waiting.length === 0 || catalogProblem !== null
      ? []
      : [`${mark(terminal, "warning")} not approved yet:  tierkeep approve ${waiting.join(" ")}`]),
    ...(catalogProblem === null ? [] : [`${mark(terminal, "none")} jobs not looked at: ${catalogProblem}`]),
  ];
  return lines.length === 0 ? [] : ["", ...lines.map((line) => `  ${line}`)];
}
