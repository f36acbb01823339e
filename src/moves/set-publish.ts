import { type ManifestLine, printManifestLine, storedLine } from "../catalog/manifest.ts";
import { operationId } from "../catalog/operation.ts";
import type { SetPart } from "../catalog/set-parts.ts";
import type { OpenSet } from "../catalog/sets.ts";
import { closeFd, renameNoReplaceAt, replaceFileAt, syncFile } from "../host/posix.ts";
import { nameExists } from "../host/stat.ts";
import { hasCode } from "../lib/errors.ts";
import { baseName, joinPath, parentOf, type RawPath } from "../lib/raw-path.ts";
import { openDirectory } from "../scan/open-directory.ts";
import { onTier, onTierName, type Setback } from "./failure.ts";
import type { MoveSession } from "./session.ts";
import { inStore, type SetWork } from "./set-place.ts";
import { jobFolder } from "./stored-tree.ts";

/** The name that a set is to have, from the tier's root: its own, or, where that is taken, with the run's id. */
export function chooseName({ tier, host, rule }: MoveSession, { entry, run }: Pick<OpenSet, "entry" | "run">): RawPath {
  const own = joinPath(jobFolder(host, rule.name), entry);
  return onTier(() => isTaken(tier.root, own)) ? (`${own}.${run}` as RawPath) : own;
}

function isTaken(root: number, path: RawPath): boolean {
  try {
    const parent = openDirectory(root, parentOf(path));
    try {
      return nameExists(parent, baseName(path));
    } finally {
      closeFd(parent);
    }
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

/** What of a set is no file, as the catalog and the manifest have it. */
export function* partsOf(session: MoveSession, { set, table, id }: SetWork): Generator<SetPart> {
  for (const { path, kind, identity, target, facts } of table.others(id)) {
    if (kind === "file") throw new Error("a file is no part of a set that has facts of its own");
    yield {
      ...{ kind, seq: session.nextSeq(), path: joinPath(set.root, path), storedAs: inStore(set, path) },
      ...{ inode: identity.inode, modifiedNs: identity.modifiedNs, target, facts },
    };
  }
}

/**
 * Steps 6 and 7 for a whole set that the journal has as named: manifest lines, one rename, sync, journal. May be done
 * again. @throws TierFailure
 */
export async function publishSet(session: MoveSession, set: OpenSet): Promise<Setback | undefined> {
  const atMs = session.clock.now();
  await session.timed("publish", () => announce(session, set, atMs));
  const setback = await session.timed("publish", () => onTierName(() => giveName(session, set)));
  if (setback !== undefined) return setback;
  const { names } = session.syncs;
  if (!session.context.syncEach) await session.timed("sync", () => session.copiers.idlest().ask("sync", names));
  await session.timed("journal", () => session.sets.publish(set, { host: session.host, nowMs: atMs }));
  return undefined;
}

function announce(session: MoveSession, set: OpenSet, atMs: number): void {
  const facts = { host: session.host, atMs, tier: session.tier.name, root: set.root };
  for (const { operations } of session.sets.batches(set)) {
    const lines = operations.flatMap((operation) =>
      operation.verified === undefined ? [] : printManifestLine(storedLine(operation, operation.verified, facts)),
    );
    session.writeManifest(lines.join(""));
  }
  for (const part of session.sets.partsOf(set))
    session.writeManifest(printManifestLine(partLine(session, set, { part, atMs })));
}

function partLine(
  session: MoveSession,
  { run, job }: OpenSet,
  { part, atMs }: { part: SetPart; atMs: number },
): ManifestLine {
  const { kind, seq, path, storedAs, modifiedNs, target, facts } = part;
  const about = { id: operationId({ run, job, seq }), atMs, host: session.host, job, tier: session.tier.name };
  return { fact: kind, ...about, path, storedAs, modifiedNs, target, facts };
}

/** The one rename that makes a set visible; it replaces nothing (invariant 2). */
function giveName(session: MoveSession, set: OpenSet): Setback | undefined {
  const { tier, tree, context } = session;
  tree.ensure(parentOf(set.storedAs), "" as RawPath);
  const from = { directory: openDirectory(tier.root, parentOf(set.tree)), name: baseName(set.tree) };
  const to = { directory: openDirectory(tier.root, parentOf(set.storedAs)), name: baseName(set.storedAs) };
  try {
    if (context.publish === "rename-noreplace") renameNoReplaceAt(from, to);
    else renameWhereFree(from, to);
    if (context.syncEach) for (const { directory } of [to, from]) syncFile(directory, set.storedAs);
    return undefined;
  } catch (error) {
    if (hasCode(error, "EEXIST", "ENOTEMPTY", "ENOTDIR"))
      return { verdict: "name-taken", message: "its name was taken meanwhile" };
    // A dead run published it already.
    if (hasCode(error, "ENOENT") && nameExists(to.directory, to.name)) return undefined;
    throw error;
  } finally {
    closeFd(from.directory);
    closeFd(to.directory);
  }
}

type Place = Parameters<typeof renameNoReplaceAt>[0];

/** The kernel puts a directory over nothing but an empty one. */
function renameWhereFree(from: Place, to: Place): void {
  if (nameExists(from.directory, from.name) && nameExists(to.directory, to.name))
    throw Object.assign(new Error("taken"), { code: "EEXIST" });
  replaceFileAt(from, to);
}
