import type { SourcePlace } from "../jobs/source.ts";
import type { CleanRule, DeleteCap, Stamp } from "./rule.ts";

/** What a person approves: everything that decides which files go, and how many of them. */
export interface ApprovedRule {
  readonly action: "clean";
  readonly source: SourcePlace;
  readonly olderThanMs: number;
  readonly ageBy: readonly Stamp[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly maxDelete: DeleteCap;
  readonly quarantineMs?: number;
}

export function approvedRule(rule: CleanRule, source: SourcePlace): ApprovedRule {
  const { olderThanMs, ageBy, include, exclude, maxDelete, quarantineMs } = rule;
  const quarantine = quarantineMs === undefined ? {} : { quarantineMs };
  return { action: "clean", source, olderThanMs, ageBy, include, exclude, maxDelete, ...quarantine };
}
