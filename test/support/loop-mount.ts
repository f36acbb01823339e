import { execFileSync } from "node:child_process";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { scratch } from "./scratch.ts";

export type LoopType = "ext4" | "xfs" | "btrfs";

export interface LoopRequest {
  readonly type: LoopType;
  readonly sizeMiB: number;
  /** Such as `["noatime"]`. */
  readonly options?: readonly string[];
  /** Further arguments for mkfs. */
  readonly mkfs?: readonly string[];
  /** A copy of this image is mounted instead of a new file system. */
  readonly cloneOf?: string;
}

export interface LoopMount extends AsyncDisposable {
  /** Where the real file system is mounted. */
  readonly path: string;
  readonly image: string;
  /** Unmounts, as a pulled cable would; `remount` brings it back. */
  readonly unmount: () => void;
  readonly remount: (options?: readonly string[]) => void;
}

/** For `test(name, { skip: needsRoot }, …)`: the reason, or false when this process may mount. */
export const needsRoot: string | false = process.getuid?.() === 0 ? false : "needs root to mount file systems";

/** A real file system in a sparse image; unmounted, detached and deleted at the end. */
export async function mountLoop(request: LoopRequest): Promise<LoopMount> {
  const directory = scratch(`loop-${request.type}`);
  const image = `${directory.path}/image`;
  const path = `${directory.path}/mnt`;
  mkdirSync(path);
  makeImage(request, image);
  // `mount -o loop` marks the device to be detached at the last unmount, so nothing is left behind.
  const remount = (options: readonly string[] = request.options ?? []) => {
    run("mount", ["-t", request.type, "-o", ["loop", ...options].join(","), image, path]);
  };
  remount();
  return {
    path,
    image,
    unmount: () => run("umount", [path]),
    remount,
    [Symbol.asyncDispose]: async () => {
      unmountAll(path);
      directory[Symbol.dispose]();
    },
  };
}

/** Unmounts whatever is mounted at `path`, in layers too; lazily where something still uses it. */
export function unmountAll(path: string): void {
  for (let layer = 0; layer < 8 && isMounted(path); layer++) {
    try {
      run("umount", [path]);
    } catch {
      // Busy: a test that failed half-way may hold descriptors; they end with the process.
      run("umount", ["-l", path]);
    }
  }
}

function isMounted(path: string): boolean {
  try {
    run("mountpoint", ["-q", path]);
    return true;
  } catch {
    return false; // mountpoint(1) answers with its exit code
  }
}

function makeImage(request: LoopRequest, image: string): void {
  if (request.cloneOf !== undefined) {
    run("cp", ["--sparse=always", request.cloneOf, image]);
    return;
  }
  writeFileSync(image, "");
  truncateSync(image, request.sizeMiB * 2 ** 20);
  const quiet = request.type === "ext4" ? ["-q", "-F", "-E", "nodiscard"] : ["-q", "-f", "-K"];
  // With these three, mkfs.xfs makes file systems below 300 MiB, as its own test suite does.
  const env = { ...process.env, TEST_DIR: "x", TEST_DEV: "x", QA_CHECK_FS: "x" };
  run(`mkfs.${request.type}`, [...quiet, ...(request.mkfs ?? []), image], env);
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): void {
  const path = `${process.env.PATH ?? ""}:/usr/sbin:/sbin`;
  execFileSync(command, args, { stdio: ["ignore", "ignore", "pipe"], env: { ...env, PATH: path }, timeout: 60_000 });
}
