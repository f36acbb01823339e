import type { FileFacts } from "../catalog/facts.ts";
import type { SourceIdentity } from "../catalog/operation.ts";
import { closeFd, open, openBeneath, readFully, truncateFile, unlinkFile, writeFully } from "../host/posix.ts";
import { type FileStat, statFd } from "../host/stat.ts";
import { baseName, parentOf, type RawPath } from "../lib/raw-path.ts";
import type { CopierContext } from "./copier-context.ts";
import { cacheDirectories, type DirectoryCache } from "./directories.ts";
import { onSource, type Setback } from "./failure.ts";
import { frameBytes } from "./framed.ts";
import { findHoles, writeAround } from "./holes.ts";
import { applyFacts } from "./metadata.ts";
import { isSameContent, isSameFile, openSource } from "./source-file.ts";
import { probeLease } from "./writers.ts";

export interface RemoveTask {
  readonly path: RawPath;
  readonly identity: SourceIdentity;
  readonly facts: FileFacts;
  /** How many links of the same file this batch removes before this one. */
  readonly linksRemovedBefore: number;
}

/**
 * Step 8: unlinks sources whose copies are durable and published, each only if it is still the very file that was
 * copied and nobody writes to it (invariant 1). `undefined` for a file that is gone as it should be.
 */
export function removeSources(context: CopierContext, tasks: readonly RemoveTask[]): readonly (Setback | undefined)[] {
  using directories = cacheDirectories(context.source);
  return tasks.map((task) => {
    const result = onSource(() => removeSource(context, task, directories));
    // Somebody else removed it: the copy is all there is, and it is good.
    return result?.verdict === "vanished" ? undefined : result;
  });
}

function removeSource(context: CopierContext, task: RemoveTask, directories: DirectoryCache): Setback | undefined {
  const parent = directories.open(parentOf(task.path));
  const fd = openSource(context.source, task.path);
  try {
    const before = statFd(fd);
    const expected = { ...task.identity, links: task.identity.links - task.linksRemovedBefore };
    const unchanged =
      task.linksRemovedBefore === 0
        ? isSameFile(before, expected)
        : isSameContent(before, expected) && before.links === expected.links;
    if (!unchanged) return { verdict: "kept-at-source", message: "it changed after it was copied" };
    if (isWrittenTo(context, fd)) return { verdict: "kept-at-source", message: "somebody opened it for writing" };
    unlinkFile(parent, baseName(task.path));
    const after = statFd(fd);
    if (isSameContent(after, expected) && after.links === expected.links - 1 && !isWrittenTo(context, fd))
      return undefined;
    return rescue(fd, { after, task, parent });
  } finally {
    closeFd(fd);
  }
}

function isWrittenTo(context: CopierContext, fd: number): boolean {
  return context.leases && probeLease(fd) !== "free";
}

/** A writer slipped in between the last look and the unlink: what the file holds now goes back under its name. */
function rescue(fd: number, lost: { after: FileStat; task: RemoveTask; parent: number }): Setback {
  const { after, task, parent } = lost;
  const name = baseName(task.path);
  const rescued = openBeneath(parent, name, open.O_WRONLY | open.O_CREAT | open.O_EXCL | open.O_NOFOLLOW, 0o600);
  try {
    const holes = findHoles(fd, after);
    const buffer = Buffer.allocUnsafe(frameBytes);
    let position = 0;
    for (let count = readFully(fd, buffer, 0); count > 0; count = readFully(fd, buffer, position)) {
      writeAround(holes, buffer.subarray(0, count), { position, write: (part, at) => writeFully(rescued, part, at) });
      position += count;
    }
    truncateFile(rescued, position);
    applyFacts(rescued, task.facts, after.modifiedNs);
  } finally {
    closeFd(rescued);
  }
  return { verdict: "rescued", message: "a writer opened it in the last instant; its content is back under its name" };
}
