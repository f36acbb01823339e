import type { Placements } from "../catalog/placements.ts";
import { baseName, joinPath, parentOf, type RawPath } from "../lib/raw-path.ts";
import { activeNames, isRotated, rotationStems } from "../policies/rotation.ts";

/** Rotations of this name were moved away before: without them beside it, it is an active log all the same. */
export function hadRotations(placements: Pick<Placements, "rotationsOf">, path: RawPath): boolean {
  const name = baseName(path);
  if (isRotated(name)) return false;
  const directory = parentOf(path);
  const moved = rotationStems(name).flatMap((stem) => placements.rotationsOf(joinPath(directory, stem)));
  const siblings = moved.filter((each) => parentOf(each) === directory).map(baseName);
  return activeNames(siblings).has(name);
}
