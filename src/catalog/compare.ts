import { type RawPath, rawPathOfBytes } from "../lib/raw-path.ts";
import type { Database } from "./database.ts";
import { operationId } from "./operation.ts";

export type DifferenceKind = "missing" | "differs" | "not-in-catalog" | "not-in-manifest";

/** A version of which a catalog and the manifests, with the files that they speak of, say different things. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly id: string;
  readonly tier: string;
  readonly path: RawPath;
  /** From the tier's root. */
  readonly storedAs: RawPath;
}

export interface Comparison {
  /** The file of a catalog that was made of the manifests alone. */
  readonly fresh: string;
  readonly tier: string;
  /** When reading them began: what was stored after that is no difference. */
  readonly sinceMs: number;
}

/** Everything of one tier that two catalogs do not agree on; what a run has announced and not published yet is none. */
export function* differencesFrom(db: Database, { fresh, tier, sinceMs }: Comparison): Generator<Difference> {
  db.prepare("ATTACH ? AS fresh").run(fresh);
  try {
    for (const { kind, rows } of comparisons) {
      const query = db.prepare(rows);
      query.setAllowUnknownNamedParameters(true);
      for (const row of query.iterate({ tier, sinceMs })) yield toDifference(kind, row);
    }
  } finally {
    db.prepare("DETACH fresh").run();
  }
}

/** The placements of a catalog on the tier, each as `p` with its copy and its batch. */
function versionsIn(catalog: "main" | "fresh"): string {
  return `SELECT p.path, p.tier, p.stored_as, b.run, b.job, p.seq FROM ${catalog}.placements p
    JOIN ${catalog}.copies c USING (batch, seq) JOIN ${catalog}.batches b USING (batch)`;
}

/** The same version in the other catalog, as `o`. */
function sameIn(catalog: "main" | "fresh"): string {
  return `${catalog}.placements o WHERE o.path = p.path AND o.modified_ns = p.modified_ns AND o.tier = p.tier
    AND o.stored_as = p.stored_as`;
}

const facts = ["size_bytes", "stored_bytes", "sha256", "stored_sha256", "compression", "facts"];
const hasOtherFacts = `NOT EXISTS (SELECT 1 FROM fresh.copies t WHERE t.batch = o.batch AND t.seq = o.seq AND ${facts
  .map((each) => `t.${each} IS c.${each}`)
  .join(" AND ")})`;
const isMissing = "p.state = 'stored' AND o.state = 'lost'";

const comparisons: readonly { readonly kind: DifferenceKind; readonly rows: string }[] = [
  {
    kind: "missing",
    rows: `${versionsIn("main")} WHERE p.tier = :tier AND EXISTS (SELECT 1 FROM ${sameIn("fresh")} AND ${isMissing})`,
  },
  {
    kind: "differs",
    rows: `${versionsIn("main")} WHERE p.tier = :tier AND EXISTS (
      SELECT 1 FROM ${sameIn("fresh")} AND NOT (${isMissing}) AND (o.state <> p.state OR ${hasOtherFacts}))`,
  },
  {
    kind: "not-in-catalog",
    rows: `${versionsIn("fresh")} WHERE p.tier = :tier AND p.state = 'stored'
      AND NOT EXISTS (SELECT 1 FROM ${sameIn("main")})
      AND NOT EXISTS (SELECT 1 FROM main.batches o WHERE o.run = b.run AND o.job = b.job
        AND o.first <= p.seq AND o.last >= p.seq AND o.state IN ('staged', 'verified'))`,
  },
  {
    kind: "not-in-manifest",
    rows: `${versionsIn("main")} WHERE p.tier = :tier AND p.state = 'stored' AND b.published_at < :sinceMs
      AND NOT EXISTS (SELECT 1 FROM ${sameIn("fresh")})`,
  },
];

function toDifference(kind: DifferenceKind, row: Record<string, unknown>): Difference {
  return {
    kind,
    id: operationId({ run: String(row.run), job: String(row.job), seq: Number(row.seq) }),
    tier: String(row.tier),
    path: rawPathOfBytes(row.path as Uint8Array),
    storedAs: rawPathOfBytes(row.stored_as as Uint8Array),
  };
}
