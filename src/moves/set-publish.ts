import { type ManifestLine, printManifestLine, storedLine } from "../catalog/manifest.ts";
import { operationId } from "../catalog/operation.ts";
import type { SetPart } from "../catalog/set-parts.ts";
import type { OpenSet } from "../catalog/sets.ts";
import { closeFd, renameNoReplaceAt, replaceFileAt, syncFile } from "../host/posix.ts";
import { nameExists } from "../host/stat.ts";
import { hasCode } from "../lib/errors.ts";
import { baseName, joinPath, parentOf, type RawPath } from "../lib/raw-path.ts";
import { openDirectory } from "../scan/open-directory.ts";
import { isSetback, onTier, onTierName, type Setback } from "./failure.ts";
import type { MoveSession } from "./session.ts";
import { inStore, liesThere, type SetWork } from "./set-place.ts";
import { type ExpectedPart, isSameSet, syncFound } from "./set-same.ts";
import { jobFolder } from "./stored-tree.ts";
import { removeOwnTree } from "./tier-files.ts";

/** The name that a set is to have, from the tier's root, as long as nobody has it. */
export function ownName({ host, rule }: MoveSession, entry: RawPath): RawPath {
  return joinPath(jobFolder(host, rule.name), entry);
}

export interface ChosenName {
  readonly storedAs: RawPath;
  /** Nothing has the set's own name. */
  readonly isFree: boolean;
}

/** The name that a set is to have: its own, or, where other content has that, with the run's id. */
export async function chooseName(session: MoveSession, work: SetWork): Promise<ChosenName> {
  const { set, table, id } = work;
  const own = ownName(session, set.entry);
  if (!onTier(() => liesThere(session.tier.root, own))) return { storedAs: own, isFree: true };
  const parts = function* (): Generator<ExpectedPart> {
    for (const { kind, path, target } of table.others(id))
      if (kind !== "file") yield { kind, path: `${own}${path.slice(set.entry.length)}` as RawPath, target };
  };
  const isSame = await isSameSet(session, set, { place: own, parts: parts() });
  return { storedAs: isSame ? own : (`${own}.${set.run}` as RawPath), isFree: false };
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
  const given = await session.timed("publish", () => onTierName(() => giveName(session, set)));
  if (isSetback(given)) return given;
  if (given === "taken" && !(await isStoredAlready(session, set)))
    return { verdict: "name-taken", message: "its name was taken in the last instant" };
  const { names } = session.syncs;
  if (!session.context.syncEach) await session.timed("sync", () => session.copiers.idlest().ask("sync", names));
  else if (given === "taken") syncFound(session, set);
  await session.timed("journal", () => session.sets.publish(set, { host: session.host, nowMs: atMs }));
  if (given === "taken") onTier(() => removeOwnTree(session.tier.root, set.tree));
  return undefined;
}

async function isStoredAlready(session: MoveSession, set: OpenSet): Promise<boolean> {
  const parts = function* (): Generator<ExpectedPart> {
    for (const { kind, storedAs, target } of session.sets.partsOf(set)) yield { kind, path: storedAs, target };
  };
  return await isSameSet(session, set, { place: set.storedAs, parts: parts() });
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

/**
 * The one rename that makes a set visible; it replaces nothing (invariant 2). `taken`: something has the name, and be it
 * what a dead run published.
 */
function giveName(session: MoveSession, set: OpenSet): "given" | "taken" {
  const { tier, tree, context } = session;
  tree.ensure(parentOf(set.storedAs), "" as RawPath);
  const from = { directory: openDirectory(tier.root, parentOf(set.tree)), name: baseName(set.tree) };
  const to = { directory: openDirectory(tier.root, parentOf(set.storedAs)), name: baseName(set.storedAs) };
  try {
    if (context.publish === "rename-noreplace") renameNoReplaceAt(from, to);
    else renameWhereFree(from, to);
    if (context.syncEach) for (const { directory } of [to, from]) syncFile(directory, set.storedAs);
    return "given";
  } catch (error) {
    const isTaken = hasCode(error, "EEXIST", "ENOTEMPTY", "ENOTDIR");
    const isDone = hasCode(error, "ENOENT") && nameExists(to.directory, to.name);
    if (isTaken || isDone) return "taken";
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
