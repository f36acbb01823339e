import { type DirectoryEntry, listDirectory } from "../host/files.ts";
import { statAt } from "../host/stat.ts";
import { pathIn, type RawPath, rawPath } from "../lib/raw-path.ts";
import type { ImportWatch } from "./import-tier.ts";
import { inDirectory } from "./in-directory.ts";

/** Files among a machine's own on a tier that no manifest names: one of the manifests is gone, or a person put them there. */
export interface UnnamedFiles {
  readonly files: number;
  /** Some of them, from the tier's root. */
  readonly first: readonly RawPath[];
}

export interface UnnamedQuestion {
  readonly root: number;
  /** The machine's names on the tier, below which its files lie. */
  readonly hosts: readonly string[];
  readonly isNamed: (storedAs: RawPath) => boolean;
}

const toldAtMost = 5;
const lookedAtOnce = 1_000;

/** Walks all that a machine has on a tier; only true while no job runs. @throws SystemError; the signal's reason */
export async function findUnnamed(
  { root, hosts, isNamed }: UnnamedQuestion,
  { signal, onProgress }: ImportWatch,
): Promise<UnnamedFiles> {
  const first: RawPath[] = [];
  let [files, looked] = [0, 0];
  for (const path of filesBelow(root, hosts.map(rawPath))) {
    if (!isNamed(path)) {
      files += 1;
      if (first.length < toldAtMost) first.push(path);
    }
    looked += 1;
    if (looked % lookedAtOnce > 0) continue;
    await onProgress(lookedAtOnce);
    signal.throwIfAborted();
  }
  return { files, first };
}

function* filesBelow(root: number, directories: readonly RawPath[]): Generator<RawPath> {
  const waiting = [...directories];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    for (const { name, kind } of inDirectory(root, path, entriesWithKinds)) {
      if (kind === "directory") waiting.push(pathIn(path, name));
      else if (kind === "file") yield pathIn(path, name);
    }
  }
}

/** Many file systems do not tell the kind with the name. */
function entriesWithKinds(fd: number): readonly DirectoryEntry[] {
  return [...listDirectory(fd)].map((entry) =>
    entry.kind === "unknown" ? { name: entry.name, kind: statAt(fd, entry.name).kind } : entry,
  );
}
