import { formatBytes, formatCount, formatDuration, plural } from "../lib/units.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { reasons } from "../policies/reasons.ts";
import type { JobPlan } from "../reports/plan.ts";
import { mark, paint, type Terminal } from "./terminal.ts";

/** `stays: 1,930 too young · 6 open for writing`, or nothing. */
export function keptLine(kept: JobPlan["kept"]): string | undefined {
  const parts = Object.entries(kept)
    .sort(([, a], [, b]) => b.count - a.count)
    .map(([code, { count }]) => `${formatCount(count)} ${reasons[code as ReasonCode]?.label ?? code}`);
  return parts.length === 0 ? undefined : `stays: ${parts.join(" · ")}`;
}

/** What the operator has to know of an approval, on one line. */
export function approvalText(terminal: Terminal, plan: JobPlan, nowMs: number): string {
  const { approval } = plan;
  if (approval.state === "approved" && approval.since !== null) {
    return paint(terminal, "dim", `approved ${ago(nowMs - Date.parse(approval.since))}`);
  }
  if (approval.state === "changed") return `${mark(terminal, "critical")} changed since it was approved`;
  return `${mark(terminal, "critical")} not approved`;
}

export function ago(ms: number): string {
  return ms < 60_000 ? "just now" : `${formatDuration(ms)} ago`;
}

/** `412 files, 1.8 GiB`. */
export function amount(files: number, bytes: number): string {
  return `${plural(files, "file")}, ${formatBytes(bytes)}`;
}
