import type { Placements } from "../catalog/placements.ts";
import { baseName, joinPath, parentOf, type RawPath } from "../lib/raw-path.ts";
import { activeNames, isRotated, rotationStems } from "../policies/rotation.ts";

/**
 * Tells of absolute paths: rotations of this name were moved away before, so without them beside it it is an active log
 * all the same. Meant for a survey, which goes through the files of one directory after another.
 */
export function movedRotations(placements: Pick<Placements, "anyBelow" | "rotationsOf">): (path: RawPath) => boolean {
  let directory: RawPath | undefined;
  let isKnown = false;
  return (path) => {
    const parent = parentOf(path);
    if (parent !== directory) isKnown = placements.anyBelow(parent);
    directory = parent;
    return isKnown && hadRotations(placements, path);
  };
}

function hadRotations(placements: Pick<Placements, "rotationsOf">, path: RawPath): boolean {
  const name = baseName(path);
  if (isRotated(name)) return false;
  const directory = parentOf(path);
  const moved = rotationStems(name).flatMap((stem) => placements.rotationsOf(joinPath(directory, stem)));
  const siblings = moved.filter((each) => parentOf(each) === directory).map(baseName);
  return activeNames(siblings).has(name);
}
