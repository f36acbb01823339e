import type { Operation, UnfinishedBatch } from "../catalog/operation.ts";
import type { SetPart } from "../catalog/set-parts.ts";
import type { OpenSet } from "../catalog/sets.ts";
import { readLinkAt } from "../host/links.ts";
import { removeEmptyDirectory, unlinkFile } from "../host/posix.ts";
import { statAt } from "../host/stat.ts";
import type { Outcome } from "../jobs/job.ts";
import { hasCode } from "../lib/errors.ts";
import { baseName, parentOf, type RawPath } from "../lib/raw-path.ts";
import { loadPiece } from "./batch-copy.ts";
import { type Batch, outcomeOf } from "./batch-item.ts";
import { removePieces } from "./batch-publish.ts";
import { cacheDirectories } from "./directories.ts";
import { isSetback, onSource } from "./failure.ts";
import { itemsOf } from "./recover.ts";
import type { MoveSession } from "./session.ts";
import { putBack, putBackLeftover, setAside } from "./set-aside.ts";
import { fromRoot } from "./set-place.ts";

export interface RemovedSet {
  /** Files and links whose sources are gone. */
  readonly files: number;
  readonly sizeBytes: number;
  readonly storedBytes: number;
  /** Sources that stayed, each with its reason. */
  readonly kept: readonly Outcome[];
}

/**
 * Steps 8 and 9 for a set that is durable under its name: its files go with every check that a single file's source gets,
 * then what is left of it, deepest first. `damagedIn` tells of each batch the files whose copies are not what they should
 * be; their sources stay.
 */
export async function removeSet(
  session: MoveSession,
  set: OpenSet,
  damagedIn: (batch: UnfinishedBatch) => Promise<readonly Operation[]> = async () => [],
): Promise<RemovedSet> {
  const removed = { files: 0, sizeBytes: 0, storedBytes: 0, kept: [] as Outcome[] };
  for (const unfinished of session.sets.batches(set)) {
    const damaged = await damagedIn(unfinished);
    const items = itemsOf(unfinished).filter(({ operation }) => !damaged.some(({ seq }) => seq === operation.seq));
    const batch: Batch = { key: unfinished.key, items, pieces: [] };
    await loadPiece(session, batch, items);
    await session.timed("unlink", () => removePieces(batch));
    for (const outcome of items.map(outcomeOf)) count(removed, outcome);
    session.progress({ files: 0, bytes: 0 });
  }
  await session.timed("unlink", () => removeParts(session, set, removed));
  session.sets.finish(set, session.clock.now());
  return removed;
}

type Counting = { -readonly [Key in keyof RemovedSet]: RemovedSet[Key] } & { readonly kept: Outcome[] };

const mostKept = 100;

function count(removed: Counting, outcome: Outcome): void {
  removed.storedBytes += outcome.storedBytes;
  if (outcome.result === "moved") {
    removed.files += 1;
    removed.sizeBytes += outcome.sizeBytes;
  } else if (removed.kept.length < mostKept) {
    const result = outcome.result === "rescued" ? outcome.result : "kept-at-source";
    removed.kept.push({ ...outcome, result });
  }
}

function removeParts({ source, sets, context }: MoveSession, set: OpenSet, removed: Counting): void {
  using directories = cacheDirectories(source.root);
  for (const part of sets.partsOf(set)) {
    const path = fromRoot(set, part.path);
    const isGone = onSource(() =>
      removePart(
        part,
        { directory: directories.open(parentOf(path)), name: baseName(path) },
        `${context.asidePrefix}${part.seq}` as RawPath,
      ),
    );
    if (part.kind === "link" && isGone === true) removed.files += 1;
    if (isSetback(isGone) && isGone.verdict !== "vanished")
      removed.kept.push({ path, result: "kept-at-source", sizeBytes: 0, storedBytes: 0, ...withWords(isGone) });
  }
}

function withWords({ code, message }: { readonly code?: string; readonly message?: string }) {
  return { ...(code === undefined ? {} : { code }), ...(message === undefined ? {} : { message }) };
}

interface Place {
  readonly directory: number;
  readonly name: RawPath;
}

/** True when it went; a directory in which something lies stays, and so does a link that is another by now. */
function removePart(part: SetPart, place: Place, aside: RawPath): boolean {
  if (part.kind === "link") return removeLink(part, place, aside);
  if (statAt(place.directory, place.name).inode !== part.inode) return false;
  try {
    removeEmptyDirectory(place.directory, place.name);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOTEMPTY", "EEXIST", "ENOTDIR")) return false;
    throw error;
  }
}

/** As for a file's name: it is taken away first, so that what is looked at is what goes. */
function removeLink(part: SetPart, { directory, name }: Place, aside: RawPath): boolean {
  putBackLeftover({ parent: directory, name, aside });
  const isAside = setAside({ parent: directory, name, aside });
  const place = { directory, name: isAside ? aside : name };
  const stat = statAt(directory, place.name);
  const isIt = stat.kind === "link" && stat.inode === part.inode && readLinkAt(place) === part.target;
  if (isIt) unlinkFile(directory, place.name);
  else if (isAside) putBack({ parent: directory, name, aside });
  return isIt;
}
