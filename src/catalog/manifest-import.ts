import { bytesOf } from "../lib/raw-path.ts";
import type { Database } from "./database.ts";
import { type BatchFinder, openBatchFinder } from "./import-batches.ts";
import type { ManifestLine, StoredLine } from "./manifest.ts";
import { type OperationKey, parseOperationId } from "./operation.ts";
import type { PlacementState } from "./placements.ts";
import { importPart, withdrawPart } from "./set-parts.ts";

/**
 * Takes over what one manifest says, into a catalog that may know part of it already; the same line twice is no harm.
 * The manifests of a tier come in the order of their runs, since a later one may retire what an earlier one stored.
 */
export interface ManifestImport {
  /** Some lines, in their order; returns how many of them have an `id` that is none. */
  readonly take: (lines: readonly ManifestLine[]) => number;
  /** After the last line: makes the placements of what was stored, then retires what was removed or moved on. */
  readonly end: () => void;
}

export function openManifestImport(db: Database, tier: string): ManifestImport {
  const importing: Importing = { db, batches: openBatchFinder(db, tier), touched: new Set(), retired: [] };
  return {
    take: (lines) => db.transaction(() => lines.filter((line) => !takeLine(importing, line)).length),
    end: () => {
      const { touched, retired, batches } = importing;
      db.transaction(() => batches.settle());
      for (const some of piecesOf([...touched])) db.transaction(() => some.forEach((batch) => void place(db, batch)));
      db.transaction(() => retired.forEach((each) => void retire(db, each)));
    },
  };
}

interface Importing {
  readonly db: Database;
  readonly batches: BatchFinder;
  /** Numbers of the batches that lines were about, in the order of the lines. */
  readonly touched: Set<number>;
  readonly retired: Retired[];
}

interface Retired {
  readonly batch: number;
  readonly seq: number;
  readonly state: PlacementState;
}

const retiringStates = { removed: "removed", "moved-on": "moved-on" } as const;

function takeLine({ db, batches, touched, retired }: Importing, line: ManifestLine): boolean {
  const key = parseOperationId(line.id);
  if (key === undefined) return false;
  if (line.fact === "stored") {
    const batch = batches.ofStored(key, line);
    touched.add(batch);
    insertCopy(db, { batch, seq: key.seq }, line);
    return true;
  }
  if (line.fact === "directory" || line.fact === "link") {
    importPart(db, key, line);
    return true;
  }
  if (line.fact === "withdrawn") withdrawPart(db, key);
  const batch = batches.holding(key);
  if (batch === undefined) return true;
  if (line.fact === "withdrawn") deleteCopy(db, batch, key);
  else retired.push({ batch, seq: key.seq, state: retiringStates[line.fact] });
  return true;
}

function insertCopy(db: Database, { batch, seq }: { batch: number; seq: number }, line: StoredLine): void {
  const leader = line.linkGroup === undefined ? undefined : parseOperationId(line.linkGroup);
  db.prepare("INSERT OR IGNORE INTO copies VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)").run(
    batch,
    seq,
    bytesOf(line.path),
    line.modifiedNs,
    line.sizeBytes,
    leader?.seq ?? null,
    bytesOf(line.storedAs),
    line.storedBytes,
    line.sha256,
    line.storedSha256,
    line.compression,
    line.facts,
  );
}

const placementOfCopy = `(path, modified_ns, tier, stored_as) IN (
  SELECT path, modified_ns, tier, stored_as FROM batches JOIN copies USING (batch) WHERE batch = ?1 AND seq = ?2)`;

function deleteCopy(db: Database, batch: number, { seq }: OperationKey): void {
  db.prepare(`DELETE FROM placements WHERE batch = ?1 AND seq = ?2 AND ${placementOfCopy}`).run(batch, seq);
  db.prepare("DELETE FROM copies WHERE batch = ? AND seq = ?").run(batch, seq);
}

/** A version that was stored again has the newer copy. What is verified and not published is left to recovery. */
function place(db: Database, batch: number): void {
  db.prepare(
    `INSERT INTO placements
     SELECT path, modified_ns, tier, stored_as, batch, seq, 'stored', published_at
     FROM batches JOIN copies USING (batch) WHERE batch = ? AND state IN ('published', 'done')
     ON CONFLICT DO UPDATE SET batch = excluded.batch, seq = excluded.seq, state = excluded.state,
       verified_at = max(verified_at, excluded.verified_at)`,
  ).run(batch);
}

function retire(db: Database, { batch, seq, state }: Retired): void {
  db.prepare(`UPDATE placements SET state = ?3 WHERE ${placementOfCopy}`).run(batch, seq, state);
}

/** A commit holds at most so many batches of up to a thousand files, and other processes wait no longer than that. */
const batchesAtOnce = 20;

function* piecesOf(batches: readonly number[]): Generator<readonly number[]> {
  for (let at = 0; at < batches.length; at += batchesAtOnce) yield batches.slice(at, at + batchesAtOnce);
}
