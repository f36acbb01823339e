import { parentOf, type RawPath } from "../lib/raw-path.ts";
import { compileSelection, type Selection } from "../policies/patterns.ts";

/** The first pattern of `exclude` that leaves a path out; `undefined` when none does, so that no `include` fits it. */
export function excludingPattern({ exclude }: Pick<Selection, "exclude">, path: RawPath): string | undefined {
  return exclude.find((pattern) => {
    const { selects, prunes } = compileSelection({ include: ["*"], exclude: [pattern] });
    return !selects(path) || withParents(path).some(prunes);
  });
}

/** A path from a root, and all directories above it. */
function withParents(path: RawPath): readonly RawPath[] {
  return path === "" ? [] : [path, ...withParents(parentOf(path))];
}
