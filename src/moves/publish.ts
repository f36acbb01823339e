import { closeFd, type NamePlace, open, openBeneath, renameNoReplaceAt, syncFile, unlinkFile } from "../host/posix.ts";
import { hasCode } from "../lib/errors.ts";
import { baseName, parentOf, type RawPath } from "../lib/raw-path.ts";
import { publishByLink } from "../tiers/publish.ts";
import type { CopierContext } from "./copier-context.ts";
import { cacheDirectories } from "./directories.ts";
import { onTier } from "./failure.ts";
import { compareStored, openStored, type StoredContent } from "./read-back.ts";

export interface PublishTask {
  readonly seq: number;
  /** From the tier's root; its directory exists. */
  readonly storedAs: RawPath;
  readonly content: StoredContent;
}

export type Published = "published" | "already-there" | "name-taken";

/**
 * Step 6: gives staged files their names, never replacing anything (invariant 2). A name that holds the very same
 * bytes counts as published and the staged copy goes.
 */
export function publishFiles(context: CopierContext, tasks: readonly PublishTask[]): readonly Published[] {
  using directories = cacheDirectories(context.tier);
  return onTier(() => {
    const results = tasks.map((task) => {
      const to = { directory: directories.open(parentOf(task.storedAs)), name: baseName(task.storedAs) };
      const from = { directory: context.staging, name: String(task.seq) as RawPath };
      return publishOne(context, { from, to, task });
    });
    if (context.syncEach) syncDirectories(context, tasks);
    return results;
  });
}

function publishOne(context: CopierContext, deed: { from: NamePlace; to: NamePlace; task: PublishTask }): Published {
  try {
    publishName(deed.from, deed.to, context.publish);
    return "published";
  } catch (error) {
    // ENOENT: a dead run published it already, and recovery does so again.
    if (!hasCode(error, "EEXIST", "ENOENT")) throw error;
    if (!hasSameContent(context, deed.task)) {
      if (hasCode(error, "ENOENT")) throw error;
      return "name-taken";
    }
  }
  removeLeftover(deed.from);
  return "already-there";
}

function removeLeftover(staged: NamePlace): void {
  try {
    unlinkFile(staged.directory, staged.name);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}

/** The one way in which a name comes into being on a tier. @throws SystemError EEXIST */
export function publishName(from: NamePlace, to: NamePlace, how: CopierContext["publish"]): void {
  if (how === "rename-noreplace") {
    renameNoReplaceAt(from, to);
    return;
  }
  publishByLink(from, to);
}

/** What lies under the name already has the bytes that were to be published. */
export function hasSameContent(
  context: Pick<CopierContext, "tier" | "readBack">,
  task: Omit<PublishTask, "seq">,
): boolean {
  try {
    const fd = openStored(context.tier, task.storedAs, context.readBack);
    try {
      return compareStored(fd, task.content) === undefined;
    } finally {
      closeFd(fd);
    }
  } catch (error) {
    // A link, a directory or something unreadable is other content.
    if (hasCode(error, "ELOOP", "EISDIR", "EACCES", "ENOENT")) return false;
    throw error;
  }
}

function syncDirectories(context: CopierContext, tasks: readonly PublishTask[]): void {
  for (const directory of new Set(tasks.map((task) => parentOf(task.storedAs)))) {
    const fd = openBeneath(context.tier, directory, open.O_RDONLY | open.O_DIRECTORY);
    try {
      syncFile(fd, directory);
    } finally {
      closeFd(fd);
    }
  }
  syncFile(context.staging);
}
