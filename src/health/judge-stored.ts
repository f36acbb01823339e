import { plural } from "../lib/units.ts";
import type { Finding } from "../reports/health.ts";
import { finding } from "./findings.ts";
import type { ToldByRuns } from "./told-by-runs.ts";

/** What is wrong with what lies on tiers, and with what the catalog knows of them. Pure. */
export function judgeStored({ flaws, lacking }: Pick<ToldByRuns, "flaws" | "lacking">): readonly Finding[] {
  return [...flaws.flatMap(flawFinding), ...lacking.flatMap(lackFinding)];
}

const flawWords = {
  missing: ["stored-missing", "not there any more"],
  damaged: ["stored-damaged", "damaged"],
  replaced: ["stored-replaced", "not what was stored, but what somebody wrote there"],
} as const;

function flawFinding({ tier, kind, count, example }: ToldByRuns["flaws"][number]): readonly Finding[] {
  if (!(kind in flawWords)) return [];
  const [id, words] = flawWords[kind as keyof typeof flawWords];
  const message = `${plural(count, "stored file")} ${count === 1 ? "is" : "are"} ${words}: ${example}${count === 1 ? "" : ", …"}`;
  return [finding(id, { tier, message, hint: `put a good copy in its place, then: tierkeep verify ${tier}` })];
}

function lackFinding({ tier, lack, sinceMs }: ToldByRuns["lacking"][number]): readonly Finding[] {
  const since = new Date(sinceMs).toISOString();
  const hint = "tierkeep catalog rebuild";
  if (lack === "behind") {
    const message = `the catalog is older than what ${tier} says, noticed ${since}; nothing is deleted`;
    return [finding("catalog-behind", { tier, message, hint })];
  }
  const message = `the catalog was made anew without what ${tier} says, ${since}; nothing is deleted`;
  return [finding("catalog-incomplete", { tier, message, hint })];
}
