import { unpack } from "../catalog/packed-removals.ts";
import type { RemovalPack } from "../catalog/removal-table.ts";
import { openUseLook } from "./in-use.ts";
import { holdDirectory, type ScratchRoot } from "./open-directory.ts";
import { removeFile, type Setback } from "./remove.ts";

/** Where packs lie; plain data, since threads are told. Descriptors are the process's own. */
export interface PackPlace {
  readonly root: ScratchRoot;
  readonly filesystemType: string;
}

/** One thing of a pack that stayed, by its place in it. */
export interface PackSetback {
  readonly pack: number;
  readonly at: number;
  readonly setback: NonNullable<Setback>;
}

/** Removes what lies in packs for good. No two threads may remove from one directory at a time, since each locks it. */
export function removePacks(
  { root, filesystemType }: PackPlace,
  packs: readonly RemovalPack[],
): readonly PackSetback[] {
  const look = openUseLook(filesystemType);
  const setbacks: PackSetback[] = [];
  for (const [pack, { directory, packed }] of packs.entries()) {
    const held = holdDirectory(root, directory);
    using _closing = typeof held === "string" ? undefined : held;
    let at = 0;
    for (const { name, stat } of unpack(packed)) {
      const removal = { directory, name, stat };
      const setback =
        typeof held === "string"
          ? { reason: held }
          : removeFile({ held, removal, look, removedBefore: 0, take: undefined });
      if (setback !== undefined) setbacks.push({ pack, at, setback });
      at += 1;
    }
  }
  return setbacks;
}
