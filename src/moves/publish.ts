import type { SourceIdentity } from "../catalog/operation.ts";
import { closeFd, type NamePlace, open, openBeneath, renameNoReplaceAt, syncFile, unlinkFile } from "../host/posix.ts";
import { type FileStat, statFd } from "../host/stat.ts";
import { hasCode } from "../lib/errors.ts";
import { baseName, parentOf, type RawPath } from "../lib/raw-path.ts";
import { publishByLink } from "../tiers/publish.ts";
import type { CopierContext } from "./copier-context.ts";
import type { IndexedSetback } from "./copier-messages.ts";
import { cacheDirectories } from "./directories.ts";
import { onTier, onTierName, type Setback } from "./failure.ts";
import { eachFile, type Piece, type PieceFile, stagedName } from "./piece.ts";
import { contentOf } from "./prove-piece.ts";
import { publishAcross } from "./publish-across.ts";
import { publishLink } from "./publish-link.ts";
import { compareFound, notThere, openStored, type StoredContent } from "./read-back.ts";

/**
 * Step 6: gives staged files their names, never replacing anything (invariant 2). A name that holds the very same
 * bytes counts as published and the staged copy goes. `null` for files that are out.
 */
export function publishPiece(
  context: CopierContext,
  piece: Piece,
  names: readonly (RawPath | null)[],
): readonly IndexedSetback[] {
  using directories = cacheDirectories(context.tier);
  const published: Published = { names: [], found: [] };
  let before: { readonly name: RawPath; readonly identity: SourceIdentity } | undefined;
  const setbacks = eachFile(piece, (file, index) => {
    const name = names[index] ?? null;
    if (name === null) return { verdict: "failed" };
    return onTierName(() => {
      const to = { directory: directories.open(parentOf(name)), name: baseName(name) };
      const { identity } = file.task;
      const isLink = before?.identity.inode === identity.inode && before.identity.device === identity.device;
      const first = isLink ? before?.name : undefined;
      const setback = publishFile(context, { to, name, file, first, published });
      if (setback !== undefined) return setback;
      published.names.push(name);
      if (context.hardLinks && !isLink) before = { name, identity };
      return undefined;
    });
  });
  if (context.syncEach) onTier(() => syncPublished(context, published));
  return setbacks;
}

interface Published {
  readonly names: RawPath[];
  /** Those that held the very same bytes already; who wrote them may not have synced them. */
  readonly found: RawPath[];
}

interface PublishDeed {
  readonly to: NamePlace;
  readonly name: RawPath;
  readonly file: PieceFile;
  /** The name of the first of its hard links, when that was published. */
  readonly first: RawPath | undefined;
  readonly published: Published;
}

function publishFile(context: CopierContext, deed: PublishDeed): Setback | undefined {
  const { name, file, published } = deed;
  const from = { directory: context.staging, name: stagedName(file.task.seq) };
  try {
    return nameFile(context, from, deed);
  } catch (error) {
    // ENOENT: a dead run published it already, and recovery does so again.
    if (!hasCode(error, "EEXIST", "ENOENT")) throw error;
    const found = whatLies(context, name, { content: contentOf(file.task, file.copied), source: file.task.identity });
    if (found !== "same") {
      if (hasCode(error, "ENOENT")) throw error;
      return { verdict: "name-taken", message: "other content took the name in the last instant" };
    }
  }
  published.found.push(name);
  removeLeftover(from);
  return undefined;
}

function nameFile(context: CopierContext, from: NamePlace, { to, file, first }: PublishDeed): Setback | undefined {
  if (first === undefined && publishName(from, to, context.publish)) return undefined;
  const setback = first === undefined ? publishAcross(context, file, to) : publishLink(context, first, to);
  if (setback === undefined) removeLeftover(from);
  return setback;
}

function removeLeftover(staged: NamePlace): void {
  try {
    unlinkFile(staged.directory, staged.name);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}

/**
 * How a staged file gets its name; false where the tier has parts and the name lies in another one.
 * @throws SystemError EEXIST
 */
function publishName(from: NamePlace, to: NamePlace, how: CopierContext["publish"]): boolean {
  try {
    if (how === "rename-noreplace") renameNoReplaceAt(from, to);
    else publishByLink(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, "EXDEV")) return false;
    throw error;
  }
}

export interface Wanted {
  readonly content: StoredContent;
  readonly source: SourceIdentity;
}

/**
 * What lies under a name that is taken: the very bytes that were to be published, or others. `itself` is the source,
 * seen through a union or FUSE, where device and inode tell nothing; its ctime, which nobody can set, does (HAZARDS M2).
 */
export function whatLies(
  context: Pick<CopierContext, "tier" | "readBack" | "turn">,
  name: RawPath,
  { content, source }: Wanted,
): "same" | "other" | "itself" {
  try {
    const fd = openStored(context.tier, name, context.readBack);
    try {
      if (compareFound({ fd, turn: context.turn }, content) !== undefined) return "other";
      return hasStampsOf(statFd(fd), source) ? "itself" : "same";
    } finally {
      closeFd(fd);
    }
  } catch (error) {
    if (hasCode(error, ...notThere)) return "other";
    throw error;
  }
}

/** SMB tells times in steps of 100 ns. */
const coarsestNs = 1_000n;

function hasStampsOf(stat: FileStat, { changedNs, modifiedNs }: SourceIdentity): boolean {
  const isEqual = (one: bigint, other: bigint) => one / coarsestNs === other / coarsestNs;
  return isEqual(stat.changedNs, changedNs) && isEqual(stat.modifiedNs, modifiedNs);
}

function syncPublished(context: CopierContext, { names, found }: Published): void {
  for (const name of context.syncNames ? names : found) syncOpened(context.tier, name, open.O_NOFOLLOW);
  for (const directory of new Set(names.map(parentOf))) syncOpened(context.tier, directory, open.O_DIRECTORY);
  syncFile(context.staging);
}

function syncOpened(tier: number, path: RawPath, flags: number): void {
  const fd = openBeneath(tier, path, open.O_RDONLY | flags);
  try {
    syncFile(fd, path);
  } finally {
    closeFd(fd);
  }
}
