import { isWithin, rawPath } from "../../lib/raw-path.ts";
import { compileSelection, type Selection } from "../../policies/patterns.ts";
import { atKey } from "../at-key.ts";
import type { MoveDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { CheckFacts } from "./check.ts";
import { areDisjoint } from "./disjoint.ts";

/** Two jobs own one tree: which of them gets a file would be chance. */
export function checkOneTree({ draft }: CheckFacts): readonly Finding[] {
  return draft.moves.flatMap((later, index) =>
    draft.moves.slice(0, index).flatMap((earlier): readonly Finding[] => {
      if (!overlaps(earlier, later)) return [];
      const message = `${earlier.label} owns ${ownedBy(earlier, later)} too, and its patterns may fit the same files`;
      return [atKey(later.section, "source", { message, hint: "tell them apart by include and exclude" })];
    }),
  );
}

function ownedBy(earlier: MoveDraft, later: MoveDraft): string {
  if (earlier.sourceRoot === later.sourceRoot) return "this tree";
  const isOuter = isWithin(later.sourceRoot ?? "", earlier.sourceRoot ?? "");
  return isOuter ? `this tree, within ${earlier.sourceRoot},` : `${earlier.sourceRoot} within it`;
}

function overlaps(one: MoveDraft, other: MoveDraft): boolean {
  const roots = [one.sourceRoot, other.sourceRoot] as const;
  if (roots[0] === undefined || roots[1] === undefined) return false;
  const [outer, inner] = isWithin(roots[1], roots[0]) ? [one, other] : [other, one];
  const within = relativeWithin(inner.sourceRoot ?? "", outer.sourceRoot ?? "");
  if (within === undefined) return false;
  const [outerSelection, innerSelection] = [selectionOf(outer), selectionOf(inner)];
  if (outerSelection === undefined || innerSelection === undefined) return false;
  return !leavesOut(outerSelection, within) && !areDisjoint(outerSelection, innerSelection);
}

function relativeWithin(path: string, ancestor: string): string | undefined {
  if (!isWithin(path, ancestor)) return undefined;
  return path.slice(ancestor === "/" ? 1 : ancestor.length + 1);
}

function selectionOf({ section: { fields } }: MoveDraft): Selection | undefined {
  if (fields.include === undefined || fields.exclude === undefined) return undefined;
  return { include: fields.include.value, exclude: fields.exclude.value };
}

/** The outer rule excludes the inner source or a directory above it. */
function leavesOut(selection: Selection, within: string): boolean {
  const { prunes } = compileSelection(selection);
  const names = within.split("/").filter((name) => name !== "");
  return names.some((_, index) => prunes(rawPath(names.slice(0, index + 1).join("/"))));
}
