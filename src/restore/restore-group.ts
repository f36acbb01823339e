import type { Placement } from "../catalog/placements.ts";
import type { Restores, StagedRestore } from "../catalog/restores.ts";
import { closeFd, type NamePlace, syncFile } from "../host/posix.ts";
import { baseName, parentOf, type RawPath } from "../lib/raw-path.ts";
import { openDirectory } from "./directory.ts";
import { linkAgain, publishStaged, type RestoreDeed, removeStaged, stagedName, writeStaged } from "./restore-file.ts";

export interface RestoreWork {
  readonly restores: Restores;
  /** Where the first link of each group was restored; filled here. */
  readonly links: Map<string, RawPath>;
  readonly now: () => number;
}

const mostFiles = 100;
const mostBytes = 64 * 2 ** 20;

/** Versions in groups of up to 100 files or 64 MiB; a path comes once in each, since one version may find another in its way. */
export function* restoreGroups(placements: Iterable<Placement>): Generator<readonly Placement[]> {
  let group = new Map<RawPath, Placement>();
  let bytes = 0;
  for (const placement of placements) {
    if (group.size >= mostFiles || bytes + placement.sizeBytes > mostBytes || group.has(placement.path)) {
      if (group.size > 0) yield [...group.values()];
      group = new Map();
      bytes = 0;
    }
    group.set(placement.path, placement);
    bytes += placement.sizeBytes;
  }
  if (group.size > 0) yield [...group.values()];
}

interface Attempt {
  readonly deed: RestoreDeed;
  isStaged: boolean;
  /** Of the staged file while it is not yet on the disk. */
  fd: number | undefined;
  error: unknown;
}

/**
 * Brings versions back: staged beside their targets, their hashes compared, made durable, then given their names, which
 * are never taken from anything. The catalog is told of the whole group before and after, since every such note waits
 * for the disk; from the first on no run takes away what comes back (HAZARDS M32). Stored copies stay.
 * @returns what went wrong with each, `undefined` where nothing did
 */
export async function restoreGroup(deeds: readonly RestoreDeed[], work: RestoreWork): Promise<readonly unknown[]> {
  const attempts = deeds.map((deed): Attempt => ({ deed, isStaged: false, fd: undefined, error: undefined }));
  work.restores.begin(deeds.map(stagedRestore), work.now());
  using directories = openDirectories();
  for (const attempt of firstLinks(attempts, work)) await tryAll([attempt], () => stage(attempt, directories));
  for (const attempt of attempts) await tryAll([attempt], () => flush(attempt));
  for (const attempt of attempts) await tryAll([attempt], () => publish(attempt, work.links, directories));
  const byDirectory = Map.groupBy(attempts, ({ deed }) => parentOf(deed.target));
  for (const [path, group] of byDirectory) await tryAll(group, () => syncFile(directories.open(path), path));
  for (const attempt of attempts) if (attempt.error !== undefined) discard(attempt, directories);
  const restored = attempts.filter(({ error }) => error === undefined).map(({ deed }) => deed.target);
  work.restores.end(deeds.map(stagedRestore), { paths: restored, nowMs: work.now() });
  return attempts.map(({ error }) => error);
}

function stagedRestore({ target, placement }: RestoreDeed): StagedRestore {
  return { target, name: stagedName(placement) };
}

/** Those whose content has to be written; further links of a file become links when it has its name. */
function firstLinks(attempts: readonly Attempt[], { links }: RestoreWork): readonly Attempt[] {
  const seen = new Set(links.keys());
  return attempts.filter(({ deed: { placement } }) => {
    const { linkGroup } = placement;
    if (linkGroup === undefined) return true;
    const isFirst = !seen.has(linkGroup);
    seen.add(linkGroup);
    return isFirst;
  });
}

async function stage(attempt: Attempt, directories: Directories): Promise<void> {
  attempt.fd = await writeStaged(attempt.deed, stagedAt(attempt, directories));
  attempt.isStaged = true;
}

function stagedAt({ deed: { target, placement } }: Attempt, directories: Directories): NamePlace {
  return { directory: directories.open(parentOf(target)), name: stagedName(placement) };
}

function flush(attempt: Attempt): void {
  const { fd, deed } = attempt;
  if (fd === undefined) return;
  attempt.fd = undefined;
  try {
    syncFile(fd, deed.target);
  } finally {
    closeFd(fd, deed.target);
  }
}

async function publish(attempt: Attempt, links: Map<string, RawPath>, directories: Directories): Promise<void> {
  const { target, placement } = attempt.deed;
  const to = { directory: directories.open(parentOf(target)), name: baseName(target) };
  const first = placement.linkGroup === undefined ? undefined : links.get(placement.linkGroup);
  if (first !== undefined && linkAgain(first, to)) return;
  if (!attempt.isStaged) {
    // A link that cannot be one here, or whose first name was not restored.
    await stage(attempt, directories);
    flush(attempt);
  }
  publishStaged(stagedAt(attempt, directories), to, target);
  if (placement.linkGroup !== undefined) links.set(placement.linkGroup, target);
}

/** A failed one leaves nothing: what is still under its staging name goes. */
function discard(attempt: Attempt, directories: Directories): void {
  if (attempt.isStaged) removeStaged(stagedAt(attempt, directories));
}

/** What one step meets concerns these files alone; the others go on. */
async function tryAll(attempts: readonly Attempt[], work: () => void | Promise<void>): Promise<void> {
  if (attempts.every(({ error }) => error !== undefined)) return;
  try {
    await work();
  } catch (error) {
    for (const attempt of attempts) attempt.error ??= error;
  }
}

interface Directories extends Disposable {
  readonly open: (path: RawPath) => number;
}

/** The directories of a group, each opened once. */
function openDirectories(): Directories {
  const opened = new Map<RawPath, number>();
  return {
    open: (path) => {
      const fd = opened.get(path) ?? openDirectory(path);
      opened.set(path, fd);
      return fd;
    },
    [Symbol.dispose]: () => {
      for (const fd of opened.values()) closeFd(fd);
    },
  };
}
