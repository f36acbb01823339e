import { globSync, readFileSync } from "node:fs";

/** In the order in which the changelog shows them. */
export const changeKinds = ["security", "added", "changed", "fixed", "removed"] as const;

export interface Fragment {
  readonly file: string;
  /** `undefined` when the file does not begin with a kind. */
  readonly kind: (typeof changeKinds)[number] | undefined;
  readonly text: string;
}

/** What changes/unreleased/ holds, by name. */
export function readFragments(): readonly Fragment[] {
  return globSync("changes/unreleased/*.md").sort().map(readFragment);
}

function readFragment(file: string): Fragment {
  const match = /^(\w+): ([\s\S]+)$/.exec(readFileSync(file, "utf8").trim());
  const kind = changeKinds.find((known) => known === match?.[1]);
  return { file, kind, text: (match?.[2] ?? "").replaceAll(/\s+/g, " ") };
}
