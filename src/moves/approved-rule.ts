import type { SourcePlace } from "../jobs/source.ts";
import type { MoveCap, MoveRule } from "./rule.ts";

/** What a person approves: everything that decides which files go where; not rates, schedules or alerts. */
export interface ApprovedRule {
  readonly action: "move";
  readonly source: SourcePlace;
  readonly to: string;
  readonly olderThanMs: number;
  readonly ageBy: readonly string[];
  readonly settledForMs: number;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly compress: string;
  readonly layout: string;
  readonly activeLogs: boolean;
  readonly unit: string;
  readonly whenAbove: number | undefined;
  readonly untilBelow: number | undefined;
  readonly maxMove: MoveCap | undefined;
}

export function approvedRule(rule: MoveRule, source: SourcePlace): ApprovedRule {
  const { to, olderThanMs, ageBy, settledForMs, include, exclude, compress, layout, activeLogs } = rule;
  const { unit, whenAbove, untilBelow, maxMove } = rule;
  const which = { to, olderThanMs, ageBy, settledForMs, include, exclude, activeLogs, unit };
  return { action: "move", source, ...which, compress, layout, whenAbove, untilBelow, maxMove };
}
