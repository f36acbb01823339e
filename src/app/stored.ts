import { type Catalog, openCatalog, openCatalogToRead } from "../catalog/catalog.ts";
import type { Placement } from "../catalog/placements.ts";
import type { Config } from "../config/config.ts";
import { hasCode, messageOf, messageWithFacts, OperatorError } from "../lib/errors.ts";
import { bytesOf, textOf } from "../lib/raw-path.ts";
import type { FoundPlacement } from "../reports/find.ts";
import { escapedText } from "../reports/path.ts";
import type { ReportedError } from "../reports/plan.ts";

/** The catalog, for questions. @throws OperatorError NOT_FOUND when nothing was ever moved */
export function requireCatalog(config: Config): Catalog {
  const catalog = openCatalogToRead(config.stateDir);
  if (catalog !== undefined) return catalog;
  throw new OperatorError("NOT_FOUND", `nothing was ever moved: there is no catalog in ${config.stateDir}`, {
    hint: "tierkeep plan shows what would be; --config names another configuration",
  });
}

export function openCatalogToWrite(config: Config): Catalog {
  return openCatalog(config.stateDir);
}

/** A placement as reports show it. */
export function foundPlacement(placement: Placement, isTierThere: boolean): FoundPlacement {
  const { facts, storedAs } = placement;
  return {
    id: placement.id,
    path: escapedText(placement.path),
    ...(textOf(placement.path) === undefined ? { pathBase64: bytesOf(placement.path).toString("base64") } : {}),
    host: placement.host,
    job: placement.job,
    tier: placement.tier,
    storedAs: escapedText(storedAs),
    ...(textOf(storedAs) === undefined ? { storedAsBase64: bytesOf(storedAs).toString("base64") } : {}),
    state: placement.state === "stored" && !isTierThere ? "unavailable" : placement.state,
    movedAt: iso(placement.movedAtMs),
    modifiedAt: iso(Number(placement.modifiedNs / 1_000_000n)),
    verifiedAt: iso(placement.verifiedAtMs),
    sizeBytes: placement.sizeBytes,
    storedBytes: placement.storedBytes,
    sha256: placement.sha256,
    storedSha256: placement.storedSha256,
    compression: placement.compression,
    owner: `${facts.user ?? facts.uid}:${facts.group ?? facts.gid}`,
    mode: facts.mode.toString(8).padStart(4, "0"),
    holds: [],
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** An expected failure as a report has it; anything else is thrown on. */
export function reportedError(error: unknown): ReportedError {
  if (error instanceof OperatorError)
    return { code: error.code, message: messageWithFacts(error), hint: error.hint ?? null };
  if (error instanceof Error && "call" in error && "code" in error) {
    return { code: String(error.code), message: messageOf(error), hint: hintOfRestore(error) };
  }
  throw error;
}

function hintOfRestore(error: Error): string {
  if (hasCode(error, "ELOOP", "ENOTDIR")) return "a symbolic link lies in the way; restore with --to DIR";
  if (hasCode(error, "ENOSPC", "EDQUOT"))
    return "the file system that it would be restored to is full: make room there, or restore with --to DIR to another";
  return "restore with --to DIR, to a place with room that you may write";
}
