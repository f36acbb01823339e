import { type RawPath, rawPathOfBytes } from "../lib/raw-path.ts";
import type { Database } from "./database.ts";

/** What is stored on one tier. */
export interface TierContents {
  readonly versions: number;
  readonly bytes: number;
}

/** Versions on one tier whose content lies on no other. */
export interface SoleVersions extends TierContents {
  /** The original paths of some of them. */
  readonly examples: readonly RawPath[];
}

const storedOn = "FROM placements JOIN copies USING (batch, seq) WHERE placements.tier = ?1 AND state = 'stored'";
/** A copy elsewhere that is known to be missing or damaged saves nothing. */
const isSole = `sha256 NOT IN (
  SELECT sha256 FROM placements JOIN copies USING (batch, seq) WHERE placements.tier <> ?1 AND state = 'stored'
    AND NOT EXISTS (SELECT 1 FROM flaws WHERE flaws.path = placements.path AND flaws.tier = placements.tier
      AND flaws.modified_ns = placements.modified_ns AND flaws.stored_as = placements.stored_as))`;

export function contentsOf(db: Database, tier: string): TierContents {
  return countOf(db.prepare(`SELECT count(*) AS versions, total(size_bytes) AS bytes ${storedOn}`).get(tier));
}

export function soleVersionsOn(db: Database, tier: string, examplesAtMost: number): SoleVersions {
  const totals = db.prepare(`SELECT count(*) AS versions, total(size_bytes) AS bytes ${storedOn} AND ${isSole}`);
  const examples = db.prepare(`SELECT DISTINCT placements.path ${storedOn} AND ${isSole} ORDER BY 1 LIMIT ?2`);
  return {
    ...countOf(totals.get(tier)),
    examples: examples.all(tier, examplesAtMost).map((row) => rawPathOfBytes(row.path as Uint8Array)),
  };
}

function countOf(row: Record<string, unknown> | undefined): TierContents {
  return { versions: Number(row?.versions), bytes: Number(row?.bytes) };
}

/**
 * Nothing that is stored on the tier counts any more, nor does anything else that was known of it. What a dead run had
 * begun there would else wait for it for ever; its sources are where they were.
 */
export function forgetTier(db: Database, tier: string): void {
  db.transaction(() => {
    for (const table of ["placements", "parts"])
      db.prepare(`UPDATE ${table} SET state = 'lost' WHERE tier = ? AND state = 'stored'`).run(tier);
    const unpublished = "SELECT batch FROM batches WHERE tier = ? AND state IN ('staged', 'verified')";
    for (const table of ["operations", "copies", "batches"])
      db.prepare(`DELETE FROM ${table} WHERE batch IN (${unpublished})`).run(tier);
    const finish =
      "UPDATE batches SET state = 'done', finished_at = published_at WHERE tier = ? AND state = 'published'";
    db.prepare(finish).run(tier);
    db.prepare("DELETE FROM parts WHERE tier = ? AND state = 'named'").run(tier);
    for (const table of ["sets", "staging", "pins", "lacking_tiers", "flaws"])
      db.prepare(`DELETE FROM ${table} WHERE tier = ?`).run(tier);
  });
}
