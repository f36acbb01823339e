import { type RawPath, rawPath, rawPathOfBytes } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { formatBytes, plural } from "../lib/units.ts";
import type { MoveRule } from "../moves/rule.ts";
import type { PathFields } from "../reports/path.ts";
import type { JobPlan, PlanStep } from "../reports/plan.ts";
import { approvalText, keptLine } from "./job-line.ts";
import { columns, mark, paint, type Terminal } from "./terminal.ts";

export interface PlanView {
  readonly plan: JobPlan;
  readonly rule: MoveRule;
  readonly nowMs: number;
  /** All steps instead of the first few. */
  readonly allSteps: boolean;
  readonly why: readonly PathFields[];
}

const examples = 3;

/** One job's plan as an operator reads it: the answer, then what stays. */
export function planScreen(terminal: Terminal, view: PlanView): string {
  const { plan, rule } = view;
  const title = `${paint(terminal, "bold", plan.name)} · ${plan.kind} ${rule.source} → ${rule.to}`;
  const right = plan.error === null ? approvalText(terminal, plan, view.nowMs) : "";
  const body = plan.error === null ? plannedLines(terminal, view) : failedLines(terminal, plan);
  return `${[`${title}   ${right}`.trimEnd(), ...body.map((line) => `  ${line}`)].join("\n")}\n`;
}

function plannedLines(terminal: Terminal, { plan, allSteps, why }: PlanView): readonly string[] {
  const { totals, refusal } = plan;
  const kept = keptLine(plan.kept);
  const totalsLine =
    totals.files === 0
      ? "nothing to do"
      : `${plural(totals.files, "file")}   ${formatBytes(totals.bytes)}   oldest ${totals.oldestModifiedAt?.slice(0, 10)}`;
  return [
    ...(refusal === null ? [totalsLine] : [`${mark(terminal, "critical")} ${refusal.message}`, refusal.hint]),
    ...plan.approval.changes.map(({ key, before, after }) => `changed: ${key} ${before} → ${after}`),
    ...stepLines(plan, allSteps),
    ...(kept === undefined ? [] : [kept]),
    ...why.map((path) => `  ${shellQuote(rawOf(path))}`),
    ...plan.warnings.map((warning) => `${mark(terminal, "warning")} ${warning}`),
  ];
}

function stepLines({ steps, totals }: JobPlan, all: boolean): readonly string[] {
  if (all)
    return columns(
      steps.map((step) => [
        formatBytes(step.sizeBytes),
        step.modifiedAt.slice(0, 10),
        shellQuote(rawOf(step)),
        `→ ${step.to}`,
      ]),
      [0],
    );
  if (steps.length === 0) return [];
  const more = totals.files > examples ? ", … (--steps lists all)" : "";
  return [`${steps.slice(0, examples).map(nameOf).join(", ")}${more}`];
}

function nameOf(step: PlanStep): string {
  return shellQuote(rawOf(step));
}

function failedLines(terminal: Terminal, { error }: JobPlan): readonly string[] {
  return [
    `${mark(terminal, "critical")} ${error?.message} [${error?.code}]`,
    ...(error?.hint == null ? [] : [error.hint]),
  ];
}

/** The raw path that a report's fields stand for. */
export function rawOf(fields: PathFields): RawPath {
  return fields.pathBase64 === undefined
    ? rawPath(fields.path)
    : rawPathOfBytes(Buffer.from(fields.pathBase64, "base64"));
}
