import { type FileFacts, parseFacts } from "../catalog/facts.ts";
import type { DescribedMember } from "../catalog/set-table.ts";
import { makeLinkAt, readLinkAt, setLinkOwner, setLinkTimes } from "../host/links.ts";
import { closeFd, open, openBeneath, syncFile, unlinkFile } from "../host/posix.ts";
import { hasCode } from "../lib/errors.ts";
import { baseName, parentOf, type RawPath } from "../lib/raw-path.ts";
import { cacheDirectories } from "./directories.ts";
import { onTier } from "./failure.ts";
import { applyFacts } from "./metadata.ts";
import type { MoveSession } from "./session.ts";
import { ensureInTree, inStore, inTree, type SetWork } from "./set-place.ts";
import { lookOf } from "./stored-tree.ts";

/**
 * Makes the links of a set in its tree, and gives its directories all that they had: what is in a directory before the
 * directory itself, whose times would change else. May be done again. @throws TierFailure
 */
export function completeTree(session: MoveSession, work: SetWork): void {
  using directories = cacheDirectories(session.tier.root);
  onTier(() => {
    for (const member of work.table.others(work.id)) {
      const path = inTree(work.set, inStore(work.set, member.path));
      ensureInTree(session, member.kind === "directory" ? path : parentOf(path));
      if (member.kind === "directory") completeDirectory(session, path, member);
      else makeLink({ directory: directories.open(parentOf(path)), name: baseName(path) }, member);
    }
  });
}

function completeDirectory({ tier, source, context }: MoveSession, path: RawPath, member: DescribedMember): void {
  const facts = parseFacts(member.facts);
  const { mode } = lookOf({ root: source.root, rootMode: source.grantedMode }, member.path);
  const fd = openBeneath(tier.root, path, open.O_RDONLY | open.O_DIRECTORY | open.O_NOFOLLOW);
  try {
    applyFacts(fd, { ...facts, mode: granting(facts, mode) }, member.identity.modifiedNs);
    if (context.syncEach) syncFile(fd, path);
  } finally {
    closeFd(fd);
  }
}

/** To others no more than the source's directories down to it grant (HAZARDS M33). */
function granting({ mode }: FileFacts, granted: number): number {
  return mode & (0o7700 | granted);
}

function makeLink(place: { readonly directory: number; readonly name: RawPath }, member: DescribedMember): void {
  const target = member.target ?? ("" as RawPath);
  try {
    makeLinkAt(place, target);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    // Of a run that died; the tree is ours.
    if (readLinkAt(place) === target) return;
    unlinkFile(place.directory, place.name);
    makeLinkAt(place, target);
  }
  const { uid, gid, accessedNs } = parseFacts(member.facts);
  try {
    setLinkOwner(place, { uid, gid });
    setLinkTimes(place, BigInt(accessedNs), member.identity.modifiedNs);
  } catch (error) {
    // The manifest has them.
    if (!hasCode(error, "EPERM", "EACCES", "EOPNOTSUPP", "EINVAL", "ENOSYS")) throw error;
  }
}
