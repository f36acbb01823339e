import type { MoveRule } from "./rule.ts";
import type { SourcePlace } from "./source.ts";

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

/** The rule as text that is the same whenever the rule is: keys in one order, no spaces. */
export function printRule(rule: ApprovedRule): string {
  return JSON.stringify(sortKeys(rule));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}
