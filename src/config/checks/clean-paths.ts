import { whyNoScratch } from "../../clean/refused-paths.ts";
import { isWithin, joinPath } from "../../lib/raw-path.ts";
import { atKey } from "../at-key.ts";
import { type CleanDraft, type Draft, tierNamed } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { CheckFacts } from "./check.ts";

/** Where `clean` must never be let loose: the system, homes, tiers, and whatever tierkeep itself or another job keeps there. */
export function checkCleanPaths({ draft }: CheckFacts): readonly Finding[] {
  const tierRoots = draft.tiers.flatMap(({ root }) => root ?? []);
  return draft.cleans.flatMap((clean) => {
    const { root, section } = clean;
    if (root === undefined) return [];
    const why = whyNoScratch(root, tierRoots);
    if (why !== undefined) {
      const message = `${why}; tierkeep never cleans here`;
      return [atKey(section, "path", { message, hint: "name a directory that holds nothing but scratch" })];
    }
    return [...ownPlaces(draft, clean, root), ...sharedTrees(draft, clean, root)];
  });
}

/** Places that must be apart from every scratch directory, in both directions. */
function ownPlaces(draft: Draft, { section }: CleanDraft, root: string): readonly Finding[] {
  const place = placesApart(draft).find(({ path }) => isWithin(root, path) || isWithin(path, root));
  if (place !== undefined) {
    const relation = isWithin(root, place.path) ? "lies in" : "contains";
    return [atKey(section, "path", { message: `${relation} ${place.path}, ${place.purpose}` })];
  }
  if (!root.split("/").some((name) => name.startsWith(".tierkeep"))) return [];
  return [atKey(section, "path", { message: "lies in a directory that tierkeep keeps for itself" })];
}

function placesApart(draft: Draft): readonly { readonly path: string; readonly purpose: string }[] {
  return [
    { path: draft.stateRoot, purpose: "tierkeep's state_dir" },
    { path: draft.runtimeDir, purpose: "tierkeep's runtime_dir" },
    ...draft.tiers.flatMap(({ name, root }) =>
      root === undefined
        ? []
        : [{ path: joinPath(root, ".tierkeep"), purpose: `where tier ${name} keeps its identity and manifests` }],
    ),
    ...draft.moves.flatMap(({ name, section }) => {
      const tier = tierNamed(draft, section.fields.to?.value)?.root;
      if (tier === undefined || name === undefined) return [];
      return [{ path: joinPath(tier, draft.host, name), purpose: `where ${name} puts its files` }];
    }),
  ];
}

/** A tree below it that is another job's is left alone; a tree around it, or the same, would make it chance who is first. */
function sharedTrees(draft: Draft, clean: CleanDraft, root: string): readonly Finding[] {
  const move = draft.moves.find(({ sourceRoot }) => sourceRoot !== undefined && isWithin(root, sourceRoot));
  const earlier = draft.cleans
    .slice(0, draft.cleans.indexOf(clean))
    .find((other) => other.root !== undefined && other.root === root);
  const owner = move ?? earlier;
  if (owner === undefined) return [];
  const where = move === undefined || move.sourceRoot === root ? "this tree" : `this tree, within ${move.sourceRoot},`;
  const hint = "give each job a tree of its own";
  return [atKey(clean.section, "path", { message: `${owner.label} owns ${where} too`, hint })];
}
