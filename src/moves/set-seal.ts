import { printFacts } from "../catalog/facts.ts";
import type { DescribedMember } from "../catalog/set-table.ts";
import { listDirectory } from "../host/files.ts";
import { readLinkAt } from "../host/links.ts";
import { closeFd } from "../host/posix.ts";
import { type FileStat, statAt, statFd } from "../host/stat.ts";
import { baseName, parentOf, pathIn } from "../lib/raw-path.ts";
import { openDirectory } from "../scan/open-directory.ts";
import { endPieces } from "./batch.ts";
import { loadPiece } from "./batch-copy.ts";
import type { Batch } from "./batch-item.ts";
import { applySetbacks } from "./batch-item.ts";
import { cacheDirectories } from "./directories.ts";
import { isSetback, onSource, type Setback } from "./failure.ts";
import { factsOfStat, readOwnFacts } from "./metadata.ts";
import { itemsOf } from "./recover.ts";
import type { MoveSession } from "./session.ts";
import type { SetWork } from "./set-place.ts";
import { type SetStop, setbackOf } from "./set-stop.ts";

const changed: Setback = { verdict: "changed-while-copying" };

/**
 * Looks once more at all of a set when its last file is copied: nothing came, went or changed since it was planned, and
 * nobody writes to any of it. What directories and links are like is noted for the tier and the manifest.
 */
export async function sealSet(session: MoveSession, work: SetWork): Promise<SetStop | undefined> {
  return sealShape(session, work) ?? (await sealFiles(session, work));
}

function sealShape(session: MoveSession, work: SetWork): SetStop | undefined {
  using directories = cacheDirectories(session.source.root);
  for (const member of work.table.others(work.id)) {
    const setback = onSource(() =>
      member.kind === "directory"
        ? sealDirectory(session, work, member)
        : sealLink(session, work, { member, directory: directories.open(parentOf(member.path)) }),
    );
    if (isSetback(setback)) return { kind: "setback", path: member.path, setback };
  }
  return undefined;
}

function sealDirectory(
  session: MoveSession,
  { table, id }: SetWork,
  { path, identity }: DescribedMember,
): Setback | undefined {
  const fd = openDirectory(session.source.root, path);
  try {
    const stat = statFd(fd);
    if (!isUnchanged(stat, identity)) return changed;
    for (const { name } of listDirectory(fd)) if (table.member(id, pathIn(path, name)) === undefined) return changed;
    table.describe(id, path, { facts: printFacts(readOwnFacts({ fd, stat }, session.names)), target: undefined });
    return undefined;
  } finally {
    closeFd(fd);
  }
}

function sealLink(
  session: MoveSession,
  { table, id }: SetWork,
  { member: { path, identity }, directory }: { readonly member: DescribedMember; readonly directory: number },
): Setback | undefined {
  const name = baseName(path);
  const stat = statAt(directory, name);
  if (stat.kind !== "link" || !isUnchanged(stat, identity)) return changed;
  const target = readLinkAt({ directory, name });
  table.describe(id, path, { facts: printFacts(factsOfStat(stat, session.names)), target });
  return undefined;
}

function isUnchanged(stat: FileStat, planned: DescribedMember["identity"]): boolean {
  return (
    stat.device === planned.device &&
    stat.inode === planned.inode &&
    stat.modifiedNs === planned.modifiedNs &&
    stat.changedNs === planned.changedNs
  );
}

async function sealFiles(session: MoveSession, { set, table, id }: SetWork): Promise<SetStop | undefined> {
  let files = 0;
  for (const unfinished of session.sets.batches(set)) {
    const batch: Batch = { key: unfinished.key, items: itemsOf(unfinished), pieces: [] };
    await loadPiece(session, batch, batch.items);
    for (const piece of batch.pieces) applySetbacks(piece, await piece.copier.ask("recheck", { piece: piece.id }));
    await endPieces(batch);
    const stop = setbackOf(batch.items);
    if (stop !== undefined) return stop;
    files += batch.items.length;
    session.progress({ files: 0, bytes: 0 });
  }
  // Whole or not at all.
  if (files !== table.countFiles(id)) throw new Error(`${files} files of ${set.entry} are proved, and not all of them`);
  return undefined;
}
