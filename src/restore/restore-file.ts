import { createHash } from "node:crypto";
import type { Placement } from "../catalog/placements.ts";
import type { Restores } from "../catalog/restores.ts";
import {
  closeFd,
  linkFile,
  type NamePlace,
  open,
  openBeneath,
  openRoot,
  syncFile,
  truncateFile,
  unlinkFile,
  writeFully,
} from "../host/posix.ts";
import { hasCode, OperatorError } from "../lib/errors.ts";
import { baseName, joinPath, parentOf, type RawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { writeAround } from "../moves/holes.ts";
import { applyFacts } from "../moves/metadata.ts";
import { readContent } from "../moves/stored-content.ts";
import { publishFile } from "../tiers/publish.ts";
import type { OpenTier } from "../tiers/tier.ts";
import { damaged, openPlacement } from "./open-placement.ts";

export interface RestoreDeed {
  readonly placement: Placement;
  readonly tier: OpenTier;
  /** Absolute. */
  readonly target: RawPath;
  readonly restores: Restores;
  readonly nowMs: number;
  /** Where another link of the same file was restored a moment ago. */
  readonly linkTo: RawPath | undefined;
}

/**
 * Brings one version back: staged beside the target, its hash compared, then given its name, which is never taken from
 * anything. The stored copy stays. @throws OperatorError TARGET_EXISTS, STORED_*, TIER_UNAVAILABLE
 */
export async function restoreFile(deed: RestoreDeed): Promise<void> {
  const { target, restores, nowMs } = deed;
  const directory = openRoot(parentOf(target), open.O_RDONLY | open.O_DIRECTORY);
  try {
    const to = { directory, name: baseName(target) };
    if (deed.linkTo !== undefined && linkAgain(deed.linkTo, to)) {
      restores.end({ directory: parentOf(target), name: baseName(target) }, { path: target, nowMs });
      return;
    }
    const name = `.tierkeep-${deed.placement.id.slice(-40)}` as RawPath;
    const staged = { directory: parentOf(target), name };
    restores.begin(staged);
    const from = { directory, name };
    try {
      await writeStaged(deed, from);
      publishAt(from, to, target);
      syncFile(directory, target);
      restores.end(staged, { path: target, nowMs });
    } catch (error) {
      removeStaged(from);
      restores.end(staged);
      throw error;
    }
  } finally {
    closeFd(directory);
  }
}

/** A hard link to what was restored before; false where that cannot be, and the content is written instead. */
function linkAgain(first: RawPath, to: NamePlace): boolean {
  const directory = openRoot(parentOf(first), open.O_RDONLY | open.O_DIRECTORY);
  try {
    linkFile({ directory, name: baseName(first) }, to);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) throw taken(joinPath(parentOf(first), to.name));
    if (hasCode(error, "EXDEV", "EPERM", "EMLINK", "EOPNOTSUPP")) return false;
    throw error;
  } finally {
    closeFd(directory);
  }
}

async function writeStaged({ placement, tier }: RestoreDeed, staged: NamePlace): Promise<void> {
  const source = openPlacement(tier, placement);
  try {
    const fd = openBeneath(
      staged.directory,
      staged.name,
      open.O_WRONLY | open.O_CREAT | open.O_EXCL | open.O_NOFOLLOW,
      0o600,
    );
    try {
      await pour(source, fd, { placement, tier });
      applyFacts(fd, placement.facts, placement.modifiedNs);
      syncFile(fd, staged.name);
    } catch (error) {
      closeFd(fd);
      throw error;
    }
    closeFd(fd, staged.name);
  } finally {
    closeFd(source);
  }
}

async function pour(
  source: number,
  fd: number,
  { placement, tier }: Pick<RestoreDeed, "placement" | "tier">,
): Promise<void> {
  const digest = createHash("sha256");
  const holes = placement.facts.holes ?? [];
  const content = readContent(source, placement);
  let position = 0;
  for await (const chunk of content.bytes) {
    digest.update(chunk);
    writeAround(holes, chunk, { position, write: (part, at) => writeFully(fd, part, at) });
    position += chunk.length;
  }
  const problem =
    content.problem() ?? (digest.digest("hex") === placement.sha256 ? undefined : "its content has another SHA-256");
  if (problem !== undefined) throw damaged(placement, tier, problem);
  if (holes.length > 0) truncateFile(fd, position);
}

function publishAt(from: NamePlace, to: NamePlace, target: RawPath): void {
  try {
    publishFile(from, to);
  } catch (error) {
    if (hasCode(error, "EEXIST")) throw taken(target);
    throw error;
  }
}

export function taken(target: RawPath): OperatorError {
  return new OperatorError("TARGET_EXISTS", `something lies at ${shellQuote(target)}; it was left alone`, {
    hint: "restore with --to DIR, or --keep-both to put it beside",
  });
}

/** What a restore left that died: only names that the catalog wrote down. */
export function removeStaged(staged: NamePlace): void {
  try {
    unlinkFile(staged.directory, staged.name);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}
