import { closest } from "../../lib/closest.ts";
import { atKey } from "../at-key.ts";
import { type Draft, type MoveDraft, tierNamed } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { CheckFacts } from "./check.ts";

/** A job names a tier that isn't there, or one without a path. */
export function checkTiersExist({ draft }: CheckFacts): readonly Finding[] {
  return draft.moves.flatMap((move) => {
    const { source, to } = move.section.fields;
    const from = source?.value.kind === "tier" ? source.value.tier : undefined;
    return [
      ...judge({ draft, move, key: "source", tier: from }),
      ...judge({ draft, move, key: "to", tier: to?.value }),
    ];
  });
}

interface Naming {
  readonly draft: Draft;
  readonly move: MoveDraft;
  readonly key: "source" | "to";
  readonly tier: string | undefined;
}

function judge({ draft, move, key, tier: name }: Naming): readonly Finding[] {
  if (name === undefined) return [];
  const tier = tierNamed(draft, name);
  if (tier === undefined) return [atKey(move.section, key, { message: "no such tier", hint: tiersThere(draft, name) })];
  const path = tier.section.fields.path;
  if (path === undefined || path.value !== undefined) return [];
  const message = key === "to" ? `tier ${name} has no path to put files in` : `tier ${name} has no path to begin at`;
  return [atKey(move.section, key, { message, hint: `give [tiers.${name}] a path` })];
}

function tiersThere(draft: Draft, wanted: string): string {
  const names = draft.tiers.map((tier) => tier.name);
  if (names.length === 0) return "there are none yet: write [tiers.NAME]";
  const near = closest(wanted, names);
  const all = `there are ${names.join(", ")}`;
  return names.length > 4 && near !== undefined ? `did you mean ${near}? ${all}` : all;
}
