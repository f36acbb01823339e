import { baseName, parentOf, type RawPath } from "../lib/raw-path.ts";

/**
 * What this run put into directories of the tier that it made itself: any other name there is free without a look.
 * Should somebody else take one meanwhile, publishing finds out, as it does everywhere.
 */
export interface NewDirectories {
  /** The directory was made just now, so nothing lies in it. */
  readonly begin: (directory: RawPath) => void;
  /** True when nothing can have this name; false where only a look can tell. */
  readonly isFree: (name: RawPath) => boolean;
  /** The name is given away. */
  readonly take: (name: RawPath) => void;
}

/** Beyond this many names the oldest directories are forgotten, so that a run of millions stays small. */
const mostNames = 20_000;

export function openNewDirectories(): NewDirectories {
  const taken = new Map<RawPath, Set<RawPath>>();
  let count = 0;
  const forgetOldest = () => {
    for (const [directory, names] of taken) {
      if (count <= mostNames) return;
      taken.delete(directory);
      count -= names.size;
    }
  };
  return {
    begin: (directory) => {
      taken.set(directory, new Set());
    },
    isFree: (name) => taken.get(parentOf(name))?.has(baseName(name)) === false,
    take: (name) => {
      const names = taken.get(parentOf(name));
      if (names === undefined) return;
      names.add(baseName(name));
      count += 1;
      if (count > mostNames) forgetOldest();
    },
  };
}
