import type { Explained } from "../app/explain.ts";
import type { JobRule } from "../config/config.ts";
import { type RawPath, rawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { formatBytes, formatCount, formatDuration } from "../lib/units.ts";
import { type ReasonCode, reasons } from "../policies/reasons.ts";
import type { ExplainedJob, ExplainedVerdict, FileUserFields } from "../reports/explain.ts";
import { labelOf } from "./job-line.ts";
import { subjectOf } from "./job-subject.ts";
import { wordLines } from "./layout.ts";
import { rawOf } from "./plan-screen.ts";
import { columns, mark, paint, sign, type Terminal } from "./terminal.ts";
import { aheadText, momentText } from "./when.ts";

export interface ExplainView {
  readonly explained: Explained;
  readonly jobs: readonly JobRule[];
  readonly nowMs: number;
}

export interface JobView {
  readonly job: ExplainedJob;
  readonly rule: JobRule;
  readonly nowMs: number;
  /** The path that was asked for. */
  readonly asked: RawPath;
  readonly isThere: boolean;
  readonly isDirectory: boolean;
  /** The job is the one that owns it. */
  readonly isOwner: boolean;
}

/** What one job will do with the path, or why not. */
export function jobLines(terminal: Terminal, view: JobView): readonly string[] {
  const { job } = view;
  const told = [
    ...(job.verdict === null ? undecidedLines(view) : verdictLines(terminal, view, job.verdict)),
    ...(view.isDirectory ? summaryLines(terminal, view) : []),
  ];
  return [...told, ...obstacleLines(terminal, view)];
}

/** A job may look at nothing at all, such as one that waits until its source is fuller. */
function undecidedLines({ job, isDirectory, isThere }: JobView): readonly string[] {
  if (!isThere || job.error !== null || job.refusal !== null) return [];
  // What lies in a directory is told one by one.
  if (isDirectory && (job.due.count > 0 || Object.keys(job.kept).length > 0)) return [];
  if (isDirectory && job.warnings.length === 0) return [];
  return said("stays", job.warnings.length === 0 ? `${job.name} takes nothing now` : job.warnings.join("; "));
}

/** A sentence behind a label. */
function said(label: string, text: string): readonly string[] {
  return wordLines(text, { lead: `  ${label.padEnd(10)}  `, indent: 0 });
}

/** Not a sentence: what may be pasted is never broken. */
function shown(label: string, text: string): string {
  return `  ${label.padEnd(10)}  ${text}`;
}

function verdictLines(terminal: Terminal, view: JobView, verdict: ExplainedVerdict): readonly string[] {
  const { nowMs, rule, isDirectory } = view;
  const { reason, runAt, users } = verdict;
  const part = partLines(view, verdict);
  const isInTheWay = reason === "open-for-writing" || reason === "in-use";
  if (isInTheWay && users.length > 0) return [...part, ...userLines(terminal, view, { label: "stays", users })];
  const open = userLines(terminal, view, { label: "open", users });
  if (reason !== "due") return [...part, ...stayLines(view, verdict), ...open];
  const run = `with the next run: ${aheadText(Date.parse(runAt ?? ""), nowMs)}`;
  // A clean job removes a directory for its own sake, besides what lies in it.
  const deed =
    isDirectory && rule.kind === "clean" ? said("itself", `${deedOf(rule)} ${run}`) : said(deedOf(rule), run);
  return [...part, ...deed, ...placeLines(verdict), ...open];
}

/** A set, or a directory that is left alone as a whole. */
function partLines({ asked }: JobView, verdict: ExplainedVerdict): readonly string[] {
  const decided = rawOf(verdict);
  if (decided === "") return [shown("part of", "the whole source, which is left alone")];
  return asked.endsWith(`/${decided}`) ? [] : [shown("part of", shellQuote(decided))];
}

function stayLines({ nowMs, rule }: JobView, verdict: ExplainedVerdict): readonly string[] {
  const { reason, dueAt, runAt, thenReason } = verdict;
  if (dueAt === null) return [...said("stays", reasonText(verdict)), ...wayLines(verdict)];
  const until = `${labelOf(reason, 1)}, until ${aheadText(Date.parse(dueAt), nowMs)}`;
  if (thenReason !== null) return [...said("stays", until), ...said("even then", meaningOf(thenReason))];
  const run = `${momentText(Date.parse(runAt ?? ""), nowMs)}, the first daily run after that`;
  return [...said("stays", until), ...said(deedOf(rule), run), ...placeLines(verdict)];
}

/** Names what a set's own words tell in general. */
function wayLines({ inTheWay }: ExplainedVerdict): readonly string[] {
  if (inTheWay === null) return [];
  return [shown("in the way", shellQuote(rawOf(inTheWay))), ...said("", inTheWay.why)];
}

function deedOf(rule: JobRule): string {
  if (rule.kind === "move") return "moves";
  return rule.kind === "clean" && rule.quarantineMs !== undefined ? "set aside" : "is deleted";
}

function placeLines({ to }: ExplainedVerdict): readonly string[] {
  const colon = to?.indexOf(":") ?? -1;
  if (to === null || colon === -1) return [];
  return [shown("then lies", `on ${to.slice(0, colon)}, as ${shellQuote(rawPath(to.slice(colon + 1)))}`)];
}

function reasonText({ reason, pattern }: ExplainedVerdict): string {
  if (pattern !== null) return `excluded: the pattern ${JSON.stringify(pattern)} leaves it out`;
  return meaningOf(reason);
}

function meaningOf(code: string): string {
  const meaning = reasons[code as ReasonCode]?.meaning ?? "";
  const words = meaning.replaceAll("`", "").replace(/\.$/, "");
  return `${code}: ${words.slice(0, 1).toLowerCase()}${words.slice(1)}`;
}

const useWords = {
  writing: "open for writing",
  reading: "open for reading",
  mapped: "mapped",
  locked: "locked",
} as const;
const usersShown = 5;

interface Users {
  readonly label: string;
  readonly users: readonly FileUserFields[];
}

function userLines(terminal: Terminal, { nowMs }: JobView, { label, users }: Users): readonly string[] {
  const lines = users.slice(0, usersShown).map((user, index) => shown(index === 0 ? label : "", userText(user, nowMs)));
  const left = users.length - lines.length;
  return left === 0 ? lines : [...lines, shown("", `${sign(terminal, "more")} and ${left} more`)];
}

/** `open for writing by pid 4121 tradesd (container orders, running for 12 d)` */
function userText({ pid, command, use, startedAt, container }: FileUserFields, nowMs: number): string {
  const running = `running for ${formatDuration(Math.max(nowMs - Date.parse(startedAt), 0))}`;
  const who = container === null ? running : `container ${container}, ${running}`;
  return `${useWords[use]} by pid ${pid} ${command} (${who})`;
}

function summaryLines(terminal: Terminal, { job, rule, nowMs, isOwner }: JobView): readonly string[] {
  const { due, kept } = job;
  const title = isOwner ? [] : [`  ${paint(terminal, "bold", job.name)}  ${subjectOf(terminal, rule)}`];
  const entries = Object.entries(kept).sort(([, left], [, right]) => right.count - left.count);
  const moving = [deedOf(rule), formatCount(due.count), "due", formatBytes(due.bytes), "with the next run"];
  const rows = [
    ...(due.count === 0 ? [] : [moving]),
    ...entries.map(([code, { count, bytes, firstDueAt }], index) => [
      index === 0 ? "stays" : "",
      formatCount(count),
      labelOf(code, count),
      bytes === 0 ? "" : formatBytes(bytes),
      firstDueAt === null ? "" : `the first until ${momentText(Date.parse(firstDueAt), nowMs)}`,
    ]),
  ];
  const padded = rows.map(([label = "", ...cells]) => [label.padEnd(10), ...cells]);
  return [...title, ...columns(padded, [1, 3]).map((line) => `  ${line}`)];
}

/** Why the whole job would not act now. */
function obstacleLines(terminal: Terminal, { job }: JobView): readonly string[] {
  const { name, approval, refusal, error } = job;
  const critical = `  ${mark(terminal, "critical")} `;
  const obstacle = error ?? refusal;
  if (obstacle !== null) {
    const code = "code" in obstacle ? ` [${obstacle.code}]` : "";
    const lines = wordLines(`${name}: ${obstacle.message}${code}`, { lead: critical, indent: 0 });
    return [...lines, ...(obstacle.hint === null ? [] : [`    ${obstacle.hint}`])];
  }
  if (!wouldAct(job) || approval === "approved" || approval === "not-needed") return [];
  const state = approval === "changed" ? "changed since it was approved" : "not approved";
  return [`  ${mark(terminal, "warning")} ${name} is ${state}:  tierkeep approve ${name}`];
}

/** Now, or when it is old enough. */
function wouldAct({ verdict, due }: ExplainedJob): boolean {
  return due.count > 0 || (verdict !== null && verdict.runAt !== null);
}
