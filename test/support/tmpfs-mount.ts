import { execFileSync } from "node:child_process";
import { unmountAll } from "./loop-mount.ts";
import { scratch } from "./scratch.ts";

export interface TmpfsMount extends AsyncDisposable {
  readonly path: string;
}

/** A tmpfs of its own: `await using fs = await mountTmpfs({ sizeMiB: 16 })`. */
export async function mountTmpfs(request: { readonly sizeMiB: number; readonly inodes?: number }): Promise<TmpfsMount> {
  const directory = scratch("tmpfs");
  const inodes = request.inodes === undefined ? [] : [`nr_inodes=${request.inodes}`];
  const options = [`size=${request.sizeMiB}m`, ...inodes].join(",");
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "tierkeep-test", directory.path]);
  return {
    path: directory.path,
    [Symbol.asyncDispose]: async () => {
      unmountAll(directory.path);
      directory[Symbol.dispose]();
    },
  };
}
