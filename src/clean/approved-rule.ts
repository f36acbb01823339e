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
  /** Trees of other jobs: with such a job gone from the configuration, its files would be this one's. */
  readonly owned: readonly string[];
}

export function approvedRule(rule: CleanRule, source: SourcePlace): ApprovedRule {
  const { olderThanMs, ageBy, include, exclude, maxDelete, quarantineMs, owned } = rule;
  const quarantine = quarantineMs === undefined ? {} : { quarantineMs };
  const what = { olderThanMs, ageBy, include, exclude, maxDelete, owned: [...owned].sort() };
  return { action: "clean", source, ...what, ...quarantine };
}
