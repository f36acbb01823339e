import { isWithin } from "../../lib/raw-path.ts";
import { atKey } from "../at-key.ts";
import type { TierDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { CheckFacts } from "./check.ts";

/** A tier's path lies inside another tier's; `filesystems` don't count. */
export function checkTierPaths({ draft }: CheckFacts): readonly Finding[] {
  return draft.tiers.flatMap((tier, index) => {
    const others = draft.tiers.filter((other, at) => other !== tier && (at < index || other.root !== tier.root));
    return others.flatMap((other) => judge(tier, other));
  });
}

function judge(tier: TierDraft, other: TierDraft): readonly Finding[] {
  if (tier.root === undefined || other.root === undefined || !isWithin(tier.root, other.root)) return [];
  const message =
    tier.root === other.root ? `tier ${other.name} has the same path` : `inside tier ${other.name}, ${other.path}`;
  return [atKey(tier.section, "path", { message, hint: "tiers lie beside one another" })];
}
