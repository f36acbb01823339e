/** Images, and records of the build cache, stand on others of their kind; what stands below cannot go before. */
export interface Descendant {
  readonly id: string;
  readonly parents: readonly string[];
}

/** The ids of these and of all that they stand on. */
export function withAncestors(all: readonly Descendant[], some: Iterable<Descendant>): ReadonlySet<string> {
  const byId = new Map(all.map((each) => [each.id, each]));
  const found = new Set<string>();
  const waiting = [...some];
  for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) {
    if (found.has(each.id)) continue;
    found.add(each.id);
    for (const id of each.parents) waiting.push(byId.get(id) ?? { id, parents: [] });
  }
  return found;
}

/** In an order in which each can go: what stands on others before those. */
export function descendantsFirst<T extends Descendant>(all: readonly T[]): readonly T[] {
  const byId = new Map(all.map((each) => [each.id, each]));
  const ordered = new Set<T>();
  for (const start of all) {
    // Depth first without recursion: an item is put down once all of its parents are.
    const path: T[] = [start];
    for (let each = path.at(-1); each !== undefined; each = path.at(-1)) {
      const next = each.parents
        .map((id) => byId.get(id))
        .find((parent) => parent !== undefined && !ordered.has(parent) && !path.includes(parent));
      if (next !== undefined) path.push(next);
      else {
        ordered.add(each);
        path.pop();
      }
    }
  }
  return [...ordered].reverse();
}
