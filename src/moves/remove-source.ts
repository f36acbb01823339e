import { parseFacts } from "../catalog/facts.ts";
import type { SourceIdentity } from "../catalog/operation.ts";
import { closeFd, open, openBeneath, readFully, truncateFile, unlinkFile, writeFully } from "../host/posix.ts";
import { type FileStat, statAt, statFd } from "../host/stat.ts";
import { openWriterProbe, type WriterProbe } from "../host/writers.ts";
import { hasCode } from "../lib/errors.ts";
import { baseName, parentOf, type RawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import type { CopierContext } from "./copier-context.ts";
import type { IndexedSetback } from "./copier-messages.ts";
import { cacheDirectories, type DirectoryCache } from "./directories.ts";
import { onSource, type Setback } from "./failure.ts";
import { frameBytes } from "./framed.ts";
import { findHoles, writeAround } from "./holes.ts";
import { applyFacts } from "./metadata.ts";
import { eachFile, type Piece, type PieceFile } from "./piece.ts";
import { type Aside, putBack, putBackLeftover, setAside } from "./set-aside.ts";
import { isSameContent, isSameFile, openSource } from "./source-file.ts";

/**
 * Step 8: unlinks sources whose copies are durable and published, each only if it is still the very file that was
 * copied and nobody writes to it (invariant 1). The links of one file stand together.
 */
export function removeSources(context: CopierContext, piece: Piece): readonly IndexedSetback[] {
  using directories = cacheDirectories(context.source);
  const probe = openWriterProbe(context.leases);
  let removedBefore = 0;
  return eachFile(piece, (file) => {
    if (!file.task.isLink) removedBefore = 0;
    const result = onSource(() => removeSource({ context, file, directories, probe, removedBefore }));
    removedBefore += 1;
    // Somebody else removed it: the copy is all there is, and it is good.
    return result?.verdict === "vanished" ? undefined : result;
  });
}

interface Removing {
  readonly context: CopierContext;
  readonly file: PieceFile;
  readonly directories: DirectoryCache;
  readonly probe: WriterProbe;
  /** How many links of the same file went before this one. */
  readonly removedBefore: number;
}

function removeSource(removing: Removing): Setback | undefined {
  const { context, file, directories, probe, removedBefore } = removing;
  const { path, identity, seq } = file.task;
  const parent = directories.open(parentOf(path));
  const name = baseName(path);
  const place = { parent, name, aside: `${context.asidePrefix}${seq}` as RawPath };
  if (file.source === undefined) {
    putBackLeftover(place);
    file.source = openSource(context.source, path);
  }
  const fd = file.source;
  const expected = { ...identity, links: identity.links - removedBefore };
  const named = statIfThere(parent, name);
  if (named === undefined || !isUntouched(named, expected, removedBefore))
    return whyTouched(fd, expected, removedBefore);
  if (probe(fd) !== "free") return kept("somebody opened it for writing");
  const trouble = unlinkSource({ context, fd, expected, probe }, place);
  if (trouble !== undefined) return trouble;
  const after = statFd(fd);
  const isQuiet = isSameContent(after, expected) && after.links === expected.links - 1 && probe(fd) === "free";
  return isQuiet ? undefined : rescue(fd, { after, file, parent });
}

interface Unlinking {
  readonly context: CopierContext;
  readonly fd: number;
  readonly expected: SourceIdentity;
  readonly probe: WriterProbe;
}

/**
 * Unlinks the very file that was looked at. No system call does that by itself: between a look and an unlink a rotation
 * could put another file there. So the name is taken away first, and what had it is looked at once more.
 */
function unlinkSource({ context, fd, expected, probe }: Unlinking, place: Aside): Setback | undefined {
  if (!context.setAside || !setAside(place)) {
    unlinkFile(place.parent, place.name);
    return undefined;
  }
  try {
    const seen = statAt(place.parent, place.aside);
    const isIt = isSameContent(seen, expected) && seen.links === expected.links;
    if (isIt && probe(fd) === "free") {
      unlinkFile(place.parent, place.aside);
      return undefined;
    }
  } catch (error) {
    putBack(place);
    throw error;
  }
  const back = putBack(place);
  return back === place.name
    ? kept("another file took its name, or somebody opened it, in the last instant")
    : {
        verdict: "rescued",
        message: `it changed in the last instant, while a new file took its name: it is ${shellQuote(back)}`,
      };
}

function statIfThere(parent: number, name: RawPath): FileStat | undefined {
  try {
    return statAt(parent, name);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** What happened to a source whose name does not lead to what was copied any more. */
function whyTouched(fd: number, expected: SourceIdentity, removedBefore: number): Setback | undefined {
  const now = statFd(fd);
  // Somebody else removed it: the copy is all there is, and it is good.
  if (now.links === 0) return undefined;
  return kept(
    isUntouched(now, expected, removedBefore) ? "another file took its name" : "it changed after it was copied",
  );
}

/** Our own unlink of another link changed its ctime; nothing else may have. */
function isUntouched(stat: FileStat, expected: SourceIdentity, removedBefore: number): boolean {
  if (removedBefore === 0) return isSameFile(stat, expected);
  return isSameContent(stat, expected) && stat.links === expected.links;
}

function kept(message: string): Setback {
  return { verdict: "kept-at-source", message };
}

/** A writer slipped in between the last look and the unlink: what the file holds now goes back under its name. */
function rescue(fd: number, lost: { after: FileStat; file: PieceFile; parent: number }): Setback {
  const { after, file, parent } = lost;
  const [rescued, name] = createRescued(parent, baseName(file.task.path));
  try {
    const holes = findHoles(fd, after);
    const buffer = Buffer.allocUnsafe(frameBytes);
    let position = 0;
    for (let count = readFully(fd, buffer, 0); count > 0; count = readFully(fd, buffer, position)) {
      writeAround(holes, buffer.subarray(0, count), { position, write: (part, at) => writeFully(rescued, part, at) });
      position += count;
    }
    truncateFile(rescued, position);
    if (file.copied !== undefined) applyFacts(rescued, parseFacts(file.copied.facts), after.modifiedNs);
  } finally {
    closeFd(rescued);
  }
  return {
    verdict: "rescued",
    message: `a writer opened it in the last instant; its content is back as ${shellQuote(name)}`,
  };
}

/** Under its own name or, where somebody made a new file of that name already, beside it. */
function createRescued(parent: number, name: RawPath): readonly [fd: number, name: RawPath] {
  const flags = open.O_WRONLY | open.O_CREAT | open.O_EXCL | open.O_NOFOLLOW;
  try {
    return [openBeneath(parent, name, flags, 0o600), name];
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    const beside = `${name}.rescued` as RawPath;
    return [openBeneath(parent, beside, flags, 0o600), beside];
  }
}
