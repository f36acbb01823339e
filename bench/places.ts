import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shell } from "./shell.ts";

export type PlaceKind = "ext4" | "plain" | "tmpfs";

/** Where a row is measured: a hot and a warm directory, and one for tierkeep's state beside the hot one. */
export interface Place extends Disposable {
  readonly hot: string;
  readonly warm: string;
  readonly state: string;
  /** New, empty file systems, so that each measurement starts from the same state. */
  readonly fresh: () => void;
  /** Nothing of either file system is in memory any more; only where `canBeCold`. */
  readonly cool: () => void;
  readonly canBeCold: boolean;
  /** The warm directory is a mount point. */
  readonly isMounted: boolean;
}

export const placeWords: Readonly<Record<PlaceKind, string>> = {
  ext4: "ext4 → ext4, each on a loop image (direct I/O) kept on the disk",
  plain: "two directories of one file system on the disk (the root file system)",
  tmpfs: "tmpfs → tmpfs",
};

export function openPlace(kind: PlaceKind, sizeMiB: number, below: string | undefined): Place {
  if (kind === "tmpfs") return openTmpfs(sizeMiB);
  return kind === "ext4" ? openLoops(sizeMiB, below ?? "/var/tmp") : openPlain(below ?? "/var/tmp");
}

function openTmpfs(sizeMiB: number): Place {
  const base = mkdtempSync(join(tmpdir(), "tierkeep-bench-"));
  const { hot, warm, state } = namesBelow(base);
  const leave = () => unmountAll(hot, warm);
  return {
    hot: `${hot}/source`,
    warm,
    state,
    fresh: () => {
      leave();
      for (const path of [hot, warm]) {
        mkdirSync(path, { recursive: true });
        shell("mount", "-t", "tmpfs", "-o", `size=${sizeMiB}m,nr_inodes=4m`, "tierkeep-bench", path);
      }
      mkdirSync(`${hot}/source`);
    },
    cool: () => {
      throw new Error("tmpfs is never cold");
    },
    canBeCold: false,
    isMounted: true,
    [Symbol.dispose]: () => {
      leave();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** Loop devices with direct I/O: what is read after a remount comes from the disk below, not from the host's cache. */
function openLoops(sizeMiB: number, below: string): Place {
  const base = mkdtempSync(join(below, "tierkeep-bench-"));
  const { hot, warm, state } = namesBelow(base);
  const devices: string[] = [];
  const leave = () => unmountAll(hot, warm);
  const mount = () => {
    shell("mount", "-t", "ext4", devices[0] ?? "", hot);
    shell("mount", "-t", "ext4", devices[1] ?? "", warm);
  };
  const place: Place = {
    hot: `${hot}/source`,
    warm,
    state,
    fresh: () => {
      leave();
      for (const device of devices)
        shell("mkfs.ext4", "-q", "-F", "-E", "nodiscard,lazy_itable_init=0,lazy_journal_init=0", device);
      mount();
      mkdirSync(`${hot}/source`);
    },
    cool: () => {
      leave();
      mount();
    },
    canBeCold: true,
    isMounted: true,
    [Symbol.dispose]: () => {
      leave();
      for (const device of devices.splice(0)) shell("losetup", "-d", device);
      rmSync(base, { recursive: true, force: true });
    },
  };
  try {
    for (const path of [hot, warm]) {
      mkdirSync(path);
      const image = `${path}.img`;
      // Written, not only allocated, so that the first measurement pays for nothing that the second does not.
      shell("dd", "if=/dev/zero", `of=${image}`, "bs=1M", `count=${sizeMiB}`, "oflag=direct", "conv=fsync");
      devices.push(shell("losetup", "--find", "--show", "--direct-io=on", image).trim());
    }
    return place;
  } catch (error) {
    place[Symbol.dispose]();
    throw error;
  }
}

function openPlain(below: string): Place {
  const base = mkdtempSync(join(below, "tierkeep-bench-"));
  const { hot, warm } = namesBelow(base);
  const state = join(base, "state");
  return {
    hot,
    warm,
    state,
    fresh: () => {
      for (const path of [hot, warm, state]) rmSync(path, { recursive: true, force: true });
      for (const path of [hot, warm]) mkdirSync(path);
    },
    cool: () => {
      throw new Error("dropping the caches of the root file system would drop everybody's");
    },
    canBeCold: false,
    isMounted: false,
    [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true }),
  };
}

function namesBelow(base: string): { readonly hot: string; readonly warm: string; readonly state: string } {
  return { hot: join(base, "hot"), warm: join(base, "warm"), state: join(base, "hot", "state") };
}

function unmountAll(...paths: readonly string[]): void {
  const mounted = shell("findmnt", "-rn", "-o", "TARGET").split("\n");
  for (const path of paths) if (mounted.includes(path)) shell("umount", path);
}
