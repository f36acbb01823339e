import { isWithin, type RawPath } from "../lib/raw-path.ts";

/** A job and the tree that it takes its files from. */
export interface JobTree {
  readonly name: string;
  /** Absolute, its links resolved. */
  readonly root: RawPath;
}

/** The jobs whose tree a path lies in or contains, those whose tree it lies in first; else as they are given. */
export function concernedBy<Tree extends JobTree>(path: RawPath, trees: readonly Tree[]): readonly Tree[] {
  const around = trees.filter(({ root }) => isWithin(path, root));
  const within = trees.filter(({ root }) => root !== path && isWithin(root, path));
  return [...around, ...within];
}

/** The job whose tree is the nearest to a path: the one that shares the most of it, the first of several. */
export function nearestJob<Tree extends JobTree>(path: RawPath, trees: readonly Tree[]): Tree | undefined {
  let [nearest, most]: [Tree | undefined, number] = [undefined, -1];
  for (const tree of trees) {
    const shared = sharedNames(path, tree.root);
    if (shared <= most) continue;
    [nearest, most] = [tree, shared];
  }
  return nearest;
}

function sharedNames(one: RawPath, other: RawPath): number {
  const [names, others] = [namesOf(one), namesOf(other)];
  const apart = names.findIndex((name, index) => name !== others[index]);
  return apart === -1 ? names.length : apart;
}

function namesOf(path: RawPath): readonly string[] {
  return path.split("/").filter((name) => name !== "");
}

/** A path from a tree's root; the root itself, and all of the tree where the path contains it, is empty. */
export function pathFrom(root: RawPath, path: RawPath): RawPath {
  if (path === root || !isWithin(path, root)) return "" as RawPath;
  return path.slice(root === "/" ? 1 : root.length + 1) as RawPath;
}
