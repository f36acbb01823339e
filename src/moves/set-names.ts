import { parentOf, type RawPath } from "../lib/raw-path.ts";
import { nameWithHash, storedName } from "../policies/stored-name.ts";
import type { Item } from "./batch-item.ts";
import { suffixes } from "./copier-context.ts";
import type { MoveSession } from "./session.ts";
import { inStore, type SetWork } from "./set-place.ts";

/** Decides under which name each copy will lie in its set. Where a compressed one would get another's, it has its hash in it. */
export function decideNamesInSet(session: MoveSession, work: SetWork, items: readonly Item[]): void {
  const { nameMaxBytes } = session.capabilities;
  for (const item of items) {
    const { copied, operation, setback } = item;
    if (setback !== undefined) continue;
    if (copied === undefined) throw new Error("only copied items get a name");
    const { path, identity } = operation;
    const limits = { suffix: suffixes[copied.compression], nameMaxBytes };
    const name = storedName({ path, modifiedNs: identity.modifiedNs, layout: "tree", ...limits });
    item.storedAs = inStore(work.set, isTaken(work, path, name) ? nameWithHash(name, copied.sha256, limits) : name);
  }
}

function isTaken({ table, id }: SetWork, path: RawPath, name: RawPath): boolean {
  return name !== path && table.member(id, name) !== undefined;
}

/** The directories that these files lie in, each once. */
export function directoriesOf(items: readonly Item[]): ReadonlySet<RawPath> {
  return new Set(items.flatMap(({ storedAs }) => (storedAs === undefined ? [] : [parentOf(storedAs)])));
}
