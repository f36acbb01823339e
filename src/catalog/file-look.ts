import { bytesOf, type RawPath, rawPathOfBytes } from "../lib/raw-path.ts";
import type { Database } from "./database.ts";

/** What should lie on a tier. */
export interface ExpectedFile {
  readonly path: RawPath;
  readonly modifiedNs: bigint;
  /** From the tier's root. */
  readonly storedAs: RawPath;
  readonly storedBytes: number;
  readonly state: "stored" | "lost";
}

export interface FileCounts {
  readonly stored: number;
  readonly lost: number;
}

/** A look for all files of a tier: `stored` is what lies there with its size, `lost` what does not. */
export interface FileLook {
  readonly files: () => Iterable<ExpectedFile>;
  readonly saw: (file: ExpectedFile, isThere: boolean) => void;
  /** One short commit; other processes wait only for that. */
  readonly end: () => FileCounts;
}

export function openFileLook(db: Database, tier: string): FileLook {
  db.prepare("CREATE TEMP TABLE IF NOT EXISTS seen (path BLOB, modified_ns INTEGER, stored_as BLOB, state TEXT)").run();
  db.prepare("DELETE FROM temp.seen").run();
  const note = db.prepare("INSERT INTO temp.seen VALUES (?, ?, ?, ?)");
  const counts = { stored: 0, lost: 0 };
  return {
    files: () => expectedFiles(db, tier),
    saw: ({ path, modifiedNs, storedAs, state: before }, isThere) => {
      const state = isThere ? "stored" : "lost";
      counts[state] += 1;
      if (state !== before) note.run(bytesOf(path), modifiedNs, bytesOf(storedAs), state);
    },
    end: () => {
      db.prepare(
        `UPDATE placements SET state = seen.state FROM temp.seen
         WHERE placements.path = seen.path AND placements.modified_ns = seen.modified_ns
           AND placements.tier = ? AND placements.stored_as = seen.stored_as`,
      ).run(tier);
      return counts;
    },
  };
}

/** Tells whether some version lies on a tier under a name, or has lain there, or should. */
export function namesOn(db: Database, tier: string): (storedAs: RawPath) => boolean {
  db.prepare("CREATE TEMP TABLE IF NOT EXISTS names (stored_as BLOB PRIMARY KEY) WITHOUT ROWID").run();
  db.prepare("DELETE FROM temp.names").run();
  for (const table of ["placements", "batches JOIN copies USING (batch)"])
    db.prepare(`INSERT OR IGNORE INTO temp.names SELECT stored_as FROM ${table} WHERE tier = ?`).run(tier);
  const named = db.prepare("SELECT 1 FROM temp.names WHERE stored_as = ?");
  return (storedAs) => named.get(bytesOf(storedAs)) !== undefined;
}

function* expectedFiles(db: Database, tier: string): Generator<ExpectedFile> {
  const query = db.prepare(
    `SELECT placements.path, placements.modified_ns, placements.stored_as, stored_bytes, state
     FROM placements JOIN copies USING (batch, seq) WHERE placements.tier = ? AND state IN ('stored', 'lost')`,
  );
  query.setReadBigInts(true);
  for (const row of query.iterate(tier)) {
    yield {
      path: rawPathOfBytes(row.path as Uint8Array),
      modifiedNs: row.modified_ns as bigint,
      storedAs: rawPathOfBytes(row.stored_as as Uint8Array),
      storedBytes: Number(row.stored_bytes),
      state: row.state as ExpectedFile["state"],
    };
  }
}
