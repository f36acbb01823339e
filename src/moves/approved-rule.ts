import type { SourcePlace } from "../jobs/source.ts";
import type { MoveRule } from "./rule.ts";

/** What a person approves: everything that decides which files go where; not rates, schedules or alerts. */
export interface ApprovedRule {
  readonly action: "move";
  readonly source: SourcePlace;
  readonly to: string;
  readonly olderThanMs: number;
  readonly settledForMs: number;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly compress: string;
  readonly layout: string;
  readonly activeLogs: boolean;
}

export function approvedRule(rule: MoveRule, source: SourcePlace): ApprovedRule {
  const { to, olderThanMs, settledForMs, include, exclude, compress, layout, activeLogs } = rule;
  return { action: "move", source, to, olderThanMs, settledForMs, include, exclude, compress, layout, activeLogs };
}
