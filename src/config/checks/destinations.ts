import { isWithin } from "../../lib/raw-path.ts";
import { atKey } from "../at-key.ts";
import { type Draft, tierNamed } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { CheckFacts } from "./check.ts";

/** A source that lies in or contains a job's destination or a `.tierkeep`: what was moved would move again. */
export function checkDestinations({ draft }: CheckFacts): readonly Finding[] {
  const places = [...destinationsIn(draft), ...ownDirectories(draft)];
  return draft.moves.flatMap(({ section, sourceRoot }): readonly Finding[] => {
    if (sourceRoot === undefined) return [];
    const place = places.find(({ path }) => isWithin(sourceRoot, path) || isWithin(path, sourceRoot));
    if (place !== undefined) {
      const relation = isWithin(sourceRoot, place.path) ? "lies in" : "contains";
      return [atKey(section, "source", { message: `${relation} ${place.path}, ${place.purpose}` })];
    }
    if (!sourceRoot.split("/").includes(".tierkeep")) return [];
    return [
      atKey(section, "source", { message: "lies in a .tierkeep, where a tier keeps its identity and manifests" }),
    ];
  });
}

interface Place {
  readonly path: string;
  readonly purpose: string;
}

function destinationsIn(draft: Draft): readonly Place[] {
  return draft.moves.flatMap(({ name, section }) => {
    const root = tierNamed(draft, section.fields.to?.value)?.root;
    if (root === undefined || name === undefined) return [];
    return [{ path: below(root, `${draft.host}/${name}`), purpose: `where ${name} puts its files` }];
  });
}

function ownDirectories(draft: Draft): readonly Place[] {
  return draft.tiers.flatMap(({ name, root }) => {
    if (root === undefined) return [];
    return [{ path: below(root, ".tierkeep"), purpose: `where tier ${name} keeps its identity and manifests` }];
  });
}

function below(root: string, relative: string): string {
  return root === "/" ? `/${relative}` : `${root}/${relative}`;
}
