import type { LackingTier } from "../catalog/lacking-tiers.ts";
import type { Refusal } from "../jobs/job.ts";
import type { JobKind } from "../lib/job-kinds.ts";

/**
 * Nothing is deleted while the catalog does not know all that the tiers say of what must stay (HAZARDS D17). A move
 * deletes nothing: what it takes away from its source it has stored.
 */
export function refuseLacking(kind: JobKind, lacking: readonly LackingTier[]): Refusal | undefined {
  const [first] = lacking;
  if (kind === "move" || first === undefined) return undefined;
  const behind = lacking.filter(({ lack }) => lack === "behind");
  const hint = "tierkeep catalog rebuild";
  if (behind.length > 0) {
    const message = `the catalog is older than what ${namesOf(behind)} says, as on a machine that was rolled back`;
    return { guard: "catalog-behind", message, hint };
  }
  const message = `the catalog was made anew without what ${namesOf(lacking)} says, and it was not read since`;
  return { guard: "catalog-incomplete", message, hint: `bring ${namesOf(lacking)} back, then: ${hint}` };
}

function namesOf(lacking: readonly LackingTier[]): string {
  return lacking.map(({ tier }) => tier).join(" and ");
}
