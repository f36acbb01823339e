import { type FileFacts, parseFacts } from "../catalog/facts.ts";
import type { SetPart } from "../catalog/set-parts.ts";
import type { OpenSet } from "../catalog/sets.ts";
import { makeLinkAt, readLinkAt, setLinkOwner, setLinkTimes } from "../host/links.ts";
import { closeFd, open, openBeneath, syncFile, unlinkFile } from "../host/posix.ts";
import { hasCode } from "../lib/errors.ts";
import { baseName, parentOf, type RawPath } from "../lib/raw-path.ts";
import { cacheDirectories } from "./directories.ts";
import { onTier } from "./failure.ts";
import { applyFacts } from "./metadata.ts";
import type { MoveSession } from "./session.ts";
import { ensureInTree, fromRoot, inTree } from "./set-place.ts";
import { lookOf } from "./stored-tree.ts";

/**
 * Makes the links of a set that the journal has as named, and gives its directories all that they had: what is in a
 * directory before the directory itself, whose times would change else. May be done again, wherever the set lies by
 * then: a power cut may have taken back what was not synced. @throws TierFailure
 */
export function completeTree(session: MoveSession, set: OpenSet): void {
  using directories = cacheDirectories(session.tier.root);
  onTier(() => {
    for (const part of session.sets.partsOf(set)) {
      const path = inTree(set, part.storedAs);
      ensureInTree(session, part.kind === "directory" ? path : parentOf(path));
      if (part.kind === "directory") completeDirectory(session, path, { part, source: fromRoot(set, part.path) });
      else makeLink({ directory: directories.open(parentOf(path)), name: baseName(path) }, part);
    }
  });
}

function completeDirectory(
  { tier, source: { root, grantedMode }, context }: MoveSession,
  path: RawPath,
  { part, source }: { readonly part: SetPart; readonly source: RawPath },
): void {
  const facts = parseFacts(part.facts);
  const { mode } = lookOf({ root, rootMode: grantedMode }, source);
  const fd = openBeneath(tier.root, path, open.O_RDONLY | open.O_DIRECTORY | open.O_NOFOLLOW);
  try {
    applyFacts(fd, { ...facts, mode: granting(facts, mode) }, part.modifiedNs);
    if (context.syncEach) syncFile(fd, path);
  } finally {
    closeFd(fd);
  }
}

/** To others no more than the source's directories down to it grant (HAZARDS M33). */
function granting({ mode }: FileFacts, granted: number): number {
  return mode & (0o7700 | granted);
}

function makeLink(place: { readonly directory: number; readonly name: RawPath }, part: SetPart): void {
  const target = part.target ?? ("" as RawPath);
  try {
    makeLinkAt(place, target);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    // Of a run that died; the tree is ours.
    if (readLinkAt(place) === target) return;
    unlinkFile(place.directory, place.name);
    makeLinkAt(place, target);
  }
  const { uid, gid, accessedNs } = parseFacts(part.facts);
  try {
    setLinkOwner(place, { uid, gid });
    setLinkTimes(place, BigInt(accessedNs), part.modifiedNs);
  } catch (error) {
    // The manifest has them.
    if (!hasCode(error, "EPERM", "EACCES", "EOPNOTSUPP", "EINVAL", "ENOSYS")) throw error;
  }
}
