import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Paths of what lies in a tree. */
export interface Listed {
  readonly directories: readonly string[];
  readonly files: readonly string[];
}

/** What lies in the tree now, but for what is mounted in it. */
export function listTree(tree: { readonly root: string; readonly mounted: readonly string[] }): Listed {
  const [directories, files]: [string[], string[]] = [[], []];
  const pending = [tree.root];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (tree.mounted.includes(path) || entry.name === "lost+found") continue;
      if (entry.isFile()) files.push(path);
      if (!entry.isDirectory()) continue;
      directories.push(path);
      pending.push(path);
    }
  }
  return { directories, files };
}
