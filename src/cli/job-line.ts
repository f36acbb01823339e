import { formatCount, formatDuration } from "../lib/units.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { reasons } from "../policies/reasons.ts";
import type { JobPlan } from "../reports/plan.ts";
import { listLines } from "./layout.ts";
import { mark, paint, type Terminal } from "./terminal.ts";

interface CountsAt {
  readonly lead: string;
  /** Columns that the caller will put in front of every line. */
  readonly indent: number;
}

/** `stays: 1,930 too young · 6 open for writing`, the largest first, on as many lines as that takes. */
export function countLines(
  terminal: Terminal,
  counts: Readonly<Record<string, number>>,
  { lead, indent }: CountsAt,
): readonly string[] {
  const parts = Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([code, count]) => `${formatCount(count)} ${labelOf(code, count)}`);
  return listLines(parts, { lead, separator: terminal.symbols ? " · " : ", ", indent });
}

/** The words of a reason for so many things. */
export function labelOf(code: string, count: number): string {
  const label = reasons[code as ReasonCode]?.label ?? code;
  return count === 1 ? label.replace(/(file|log|socket|node|name|set)s$/, "$1") : label;
}

/** What the operator has to know of an approval, in a few words. */
export function approvalText(terminal: Terminal, { approval }: JobPlan, nowMs: number): string {
  if (approval.state === "approved" && approval.since !== null) {
    return paint(terminal, "dim", `approved ${ago(nowMs - Date.parse(approval.since))}`);
  }
  return `${mark(terminal, "critical")} ${approval.state === "changed" ? "changed since it was approved" : "not approved"}`;
}

export function ago(ms: number): string {
  return ms < 60_000 ? "just now" : `${formatDuration(ms)} ago`;
}
