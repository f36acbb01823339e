import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readMounts } from "../../../src/tiers/mounts.ts";

/** Paths of what lies in a tree. */
export interface Listed {
  readonly directories: readonly string[];
  readonly files: readonly string[];
}

/** What lies in the tree now, but for what is mounted in it. */
export function listTree(root: string): Listed {
  const mounts = mountsBelow(root);
  const [directories, files]: [string[], string[]] = [[], []];
  const pending = [root];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (mounts.includes(path) || entry.name === "lost+found") continue;
      if (entry.isFile()) files.push(path);
      if (!entry.isDirectory()) continue;
      directories.push(path);
      pending.push(path);
    }
  }
  return { directories, files };
}

/** Mount points in the tree, wherever renames have brought them since; the last mounted last. */
export function mountsBelow(root: string): readonly string[] {
  return readMounts()
    .map(({ mountPoint }) => mountPoint as string)
    .filter((path) => path.startsWith(`${root}/`));
}
