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
const isSole = `sha256 NOT IN (
  SELECT sha256 FROM placements JOIN copies USING (batch, seq) WHERE placements.tier <> ?1 AND state = 'stored')`;

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

/** Nothing that is stored on the tier counts any more, nor does anything else that was known of it. */
export function forgetTier(db: Database, tier: string): void {
  db.transaction(() => {
    for (const table of ["placements", "parts"])
      db.prepare(`UPDATE ${table} SET state = 'lost' WHERE tier = ? AND state = 'stored'`).run(tier);
    for (const table of ["pins", "lacking_tiers", "flaws"]) db.prepare(`DELETE FROM ${table} WHERE tier = ?`).run(tier);
  });
}
