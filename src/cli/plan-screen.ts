import type { JobRule } from "../config/config.ts";
import { type RawPath, rawPath, rawPathOfBytes } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { type ThingKind, thingKinds } from "../lib/thing-kinds.ts";
import { formatBytes, plural } from "../lib/units.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import type { PathFields } from "../reports/path.ts";
import type { JobPlan } from "../reports/plan.ts";
import { approvalText, countLines } from "./job-line.ts";
import { subjectOf } from "./job-subject.ts";
import { fits, fitting, screenWidth, spread, wordLines } from "./layout.ts";
import { columns, mark, paint, sign, type Terminal } from "./terminal.ts";

export interface PlanView {
  readonly plan: JobPlan;
  readonly rule: JobRule;
  readonly nowMs: number;
  /** All steps instead of the first few. */
  readonly allSteps: boolean;
  /** What stays for one reason, when it was asked for. */
  readonly why?: { readonly code: ReasonCode; readonly paths: readonly PathFields[] } | undefined;
}

const examples = 3;
const indent = 2;

/** One job's plan as an operator reads it: the answer, then what stays. */
export function planScreen(terminal: Terminal, view: PlanView): string {
  const { plan, rule } = view;
  const title = `${paint(terminal, "bold", plan.name)} ${sign(terminal, "dot")} ${subjectOf(terminal, rule)}`;
  const right = plan.error === null ? approvalText(terminal, plan, view.nowMs) : "";
  const head = fits(title, right) ? [spread(title, right)] : [title, spread("", right)];
  const body = plan.error === null ? plannedLines(terminal, view) : failedLines(terminal, plan);
  return `${[...head, ...body.map((line) => `${" ".repeat(indent)}${line}`.trimEnd())].join("\n")}\n`;
}

function plannedLines(terminal: Terminal, view: PlanView): readonly string[] {
  const { plan, allSteps } = view;
  const counts = Object.fromEntries(Object.entries(plan.kept).map(([code, { count }]) => [code, count]));
  return [
    ...answerLines(terminal, plan),
    ...changeLines(terminal, plan),
    ...(allSteps ? allStepLines(terminal, plan) : exampleLines(terminal, plan)),
    ...countLines(terminal, counts, { lead: "stays: ", indent }),
    ...agedCountLines(terminal, plan),
    ...plan.notes.flatMap((note) => wordLines(note, { lead: "", indent })),
    ...whyLines(view),
    ...plan.warnings.flatMap((warning) => wordLines(warning, { lead: `${mark(terminal, "warning")} `, indent })),
  ];
}

/** Directories in which nothing can be due were not read again. */
function agedCountLines(terminal: Terminal, { keptAsOf }: JobPlan): readonly string[] {
  if (keptAsOf === null) return [];
  const since = `${keptAsOf.slice(0, 16).replace("T", " ")} UTC`;
  return [paint(terminal, "dim", `some of these counts are as of ${since} (--full counts again)`)];
}

function answerLines(terminal: Terminal, { totals, refusal }: JobPlan): readonly string[] {
  if (refusal !== null) {
    return [...wordLines(refusal.message, { lead: `${mark(terminal, "critical")} `, indent }), refusal.hint];
  }
  if (totals.files === 0) return ["nothing to do"];
  const oldest = totals.oldestModifiedAt?.slice(0, 10) ?? "unknown";
  return [`${countText(totals)}   ${formatBytes(totals.bytes)}   oldest ${oldest}`];
}

/** `412 files`, `2 sets, 412 files`, or `3 containers, 12 images`. */
function countText({ files, sets, things }: JobPlan["totals"]): string {
  if (things === undefined) return `${sets === undefined ? "" : `${plural(sets, "set")}, `}${plural(files, "file")}`;
  return Object.entries(things)
    .map(([kind, count]) => plural(count, thingKinds[kind as ThingKind]))
    .join(", ");
}

function whyLines({ plan, why }: PlanView): readonly string[] {
  // A job that refuses has not looked.
  if (why === undefined || plan.refusal !== null) return [];
  if (why.paths.length === 0) return [`nothing stays as ${why.code}`];
  return why.paths.map((path) => `  ${shellQuote(rawOf(path))}`);
}

function changeLines(terminal: Terminal, { approval }: JobPlan): readonly string[] {
  if (approval.changes.length === 0) return [];
  const rows = approval.changes.map(({ key, before, after }) => [
    `  ${key}`,
    `${before} ${sign(terminal, "arrow")} ${after}`,
  ]);
  const since = `changed since ${approval.since?.slice(0, 10) ?? "it was approved"}`;
  return [`${since}${effectText(approval.effect)}:`, ...columns(rows)];
}

/** ` (+ 830 files, 38 GiB)` */
function effectText(effect: JobPlan["approval"]["effect"]): string {
  if (effect === null) return "";
  const { files, bytes } = effect;
  if (files === 0 && bytes === 0) return " (as many files)";
  const [added, room] = [plural(Math.abs(files), "file"), formatBytes(Math.abs(bytes))];
  const isSame = files >= 0 === bytes >= 0;
  return ` (${files < 0 ? "-" : "+"} ${added}, ${isSame ? "" : `${bytes < 0 ? "-" : "+"} `}${room})`;
}

function allStepLines(terminal: Terminal, { steps }: JobPlan): readonly string[] {
  const rows = steps.map((step) => [
    formatBytes(step.sizeBytes),
    step.modifiedAt.slice(0, 10),
    `${shellQuote(rawOf(step))}${step.to === null ? "" : ` ${sign(terminal, "arrow")} ${shellQuote(rawPath(step.to))}`}`,
  ]);
  return columns(rows, [0]);
}

function exampleLines(terminal: Terminal, { steps, totals }: JobPlan): readonly string[] {
  const names = steps.slice(0, examples).map((step) => shellQuote(rawOf(step)));
  const more = `, ${sign(terminal, "more")} (--steps lists all)`;
  const shown = fitting(names, ", ", screenWidth - indent - more.length);
  if (shown.length === 0) return [];
  return [`${shown.join(", ")}${shown.length < totals.files ? more : ""}`];
}

function failedLines(terminal: Terminal, { error }: JobPlan): readonly string[] {
  return [
    ...wordLines(`${error?.message} [${error?.code}]`, { lead: `${mark(terminal, "critical")} `, indent }),
    ...(error?.hint == null ? [] : [error.hint]),
  ];
}

/** The raw path that a report's fields stand for. */
export function rawOf(fields: PathFields): RawPath {
  return fields.pathBase64 === undefined
    ? rawPath(fields.path)
    : rawPathOfBytes(Buffer.from(fields.pathBase64, "base64"));
}
