import { parentOf, type RawPath } from "../lib/raw-path.ts";
import { compileSelection, type Selection } from "../policies/patterns.ts";

/** A job whose tree a path lies in, and what its plan says of it. */
export interface Claim {
  readonly job: string;
  /** Of the rule. */
  readonly selection: Selection;
  /** From the job's source. */
  readonly path: RawPath;
  /** The reason of its verdict; `undefined` where its plan decides nothing about the path as a whole. */
  readonly reason: string | undefined;
  readonly isDirectory: boolean;
}

/** The job that decides about a path: the first, in the configuration's order, that does not leave it to others. */
export function ownerOf(claims: readonly Claim[]): string | undefined {
  return claims.find((claim) => !isLeftToOthers(claim))?.job;
}

function isLeftToOthers({ reason, selection, path, isDirectory }: Claim): boolean {
  if (reason !== undefined) return reason === "excluded" || reason === "other-job";
  if (isDirectory) return false;
  const { selects, prunes } = compileSelection(selection);
  return !selects(path) || parentsOf(path).some(prunes);
}

function parentsOf(path: RawPath): readonly RawPath[] {
  const parent = parentOf(path);
  return parent === "" ? [] : [parent, ...parentsOf(parent)];
}
