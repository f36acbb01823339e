import { createHash } from "node:crypto";
import type { Placement } from "../catalog/placements.ts";
import {
  closeFd,
  dropCache,
  linkFile,
  type NamePlace,
  open,
  openBeneath,
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
import { openDirectory } from "./directory.ts";
import { damaged, openPlacement } from "./open-placement.ts";

export interface RestoreDeed {
  readonly placement: Placement;
  readonly tier: OpenTier;
  /** Absolute. */
  readonly target: RawPath;
}

/** The name of a version while it is not yet whole and durable. */
export function stagedName({ id }: Placement): RawPath {
  return `.tierkeep-${id}` as RawPath;
}

/**
 * Writes a version with all its facts, and compares its hash. Its bytes are on their way to the disk; who gets the
 * descriptor syncs and closes it. @throws OperatorError STORED_*, SystemError
 */
export async function writeStaged({ placement, tier }: RestoreDeed, staged: NamePlace): Promise<number> {
  const source = openPlacement(tier, placement);
  try {
    const flags = open.O_WRONLY | open.O_CREAT | open.O_EXCL | open.O_NOFOLLOW;
    const fd = openBeneath(staged.directory, staged.name, flags, 0o600);
    try {
      await pour(source, fd, { placement, tier });
      applyFacts(fd, placement.facts, placement.modifiedNs);
      // Starts the writing, so that the sync of one file does not wait for all of its own.
      dropCache(fd);
      return fd;
    } catch (error) {
      closeFd(fd);
      removeStaged(staged);
      throw error;
    }
  } finally {
    closeFd(source);
  }
}

/** A hard link to what was restored before; false where that cannot be, and the content is written instead. */
export function linkAgain(first: RawPath, to: NamePlace): boolean {
  const directory = openDirectory(parentOf(first));
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

/** Gives a staged file its name. @throws OperatorError TARGET_EXISTS */
export function publishStaged(from: NamePlace, to: NamePlace, target: RawPath): void {
  try {
    publishFile(from, to);
  } catch (error) {
    if (hasCode(error, "EEXIST")) throw taken(target);
    throw error;
  }
}

/** What is said of a name that is not free. */
export function taken(target: RawPath): OperatorError {
  return new OperatorError("TARGET_EXISTS", `something lies at ${shellQuote(target)}; it was left alone`, {
    hint: "restore with --to DIR, or --keep-both to put it beside",
  });
}

/** Removes a name that the catalog wrote down, if it is there. */
export function removeStaged(staged: NamePlace): void {
  try {
    unlinkFile(staged.directory, staged.name);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}
