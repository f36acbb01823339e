import { rawPathOfBytes } from "../lib/raw-path.ts";
import type { Database } from "./database.ts";
import type { StoredCompression } from "./facts.ts";
import { type Flaw, keyColumns, removeFlaw, saveFlaw, type VersionKey } from "./flaws.ts";
import { operationId } from "./operation.ts";

/** A stored version that is to be read back. */
export interface ToRead extends VersionKey {
  readonly id: string;
  readonly batch: number;
  readonly seq: number;
  readonly storedAtMs: number;
  readonly sizeBytes: number;
  readonly storedBytes: number;
  readonly sha256: string;
  readonly storedSha256: string;
  readonly compression: StoredCompression;
}

export interface ReadResult {
  readonly version: ToRead;
  /** `undefined`: it is whole. */
  readonly flaw: Flaw | undefined;
}

export interface ReadingChoice {
  readonly tier: string;
  /** Only what jobs of these names stored; `undefined`: all. */
  readonly jobs: readonly string[] | undefined;
  /** Only what was stored since, in milliseconds since 1970. */
  readonly sinceMs: number | undefined;
  /** Share of the bytes, from 0 to 1. */
  readonly share: number;
}

export interface ReadTotals {
  readonly files: number;
  /** As they lie on the tier. */
  readonly bytes: number;
}

/** What of a tier is to be read back, the longest unread first. */
export interface ReadingList {
  readonly totals: () => ReadTotals;
  readonly versions: () => Iterable<ToRead>;
  /** One commit; returns how many flaws were mended. */
  readonly save: (results: readonly ReadResult[], nowMs: number) => number;
}

/** The tiers on which something lies that a job stored. */
export function tiersOfJob(db: Database, job: string): readonly string[] {
  const query = db.prepare(
    "SELECT DISTINCT tier FROM batches WHERE job = ? AND published_at IS NOT NULL ORDER BY tier",
  );
  return query.all(job).map((row) => String(row.tier));
}

/** What was found wrong was read, too: left out of this, it would be the longest unread in every sample for ever. */
const lastReadAt = `max(verified_at, coalesce((
  SELECT found_at FROM flaws f WHERE f.path = placements.path AND f.modified_ns = placements.modified_ns
    AND f.tier = placements.tier AND f.stored_as = placements.stored_as), 0))`;

/** How much of what is stored was last read back before then. */
export function unreadSince(db: Database, ms: number): ReadTotals {
  const row = db
    .prepare(
      `SELECT count(*) AS files, total(stored_bytes) AS bytes FROM placements JOIN copies USING (batch, seq)
       WHERE state = 'stored' AND ${lastReadAt} < ?`,
    )
    .get(ms);
  return { files: Number(row?.files), bytes: Number(row?.bytes) };
}

/** The list is a temporary table, in a file where it is long: rows of millions would not fit into memory. */
export function openReadingList(db: Database, choice: ReadingChoice): ReadingList {
  db.prepare("PRAGMA temp_store = FILE").run();
  db.prepare("CREATE TEMP TABLE to_read (batch INTEGER, seq INTEGER, bytes INTEGER)").run();
  fill(db, choice);
  cut(db, choice.share);
  return {
    totals: () => {
      const row = db.prepare("SELECT count(*) AS files, total(bytes) AS bytes FROM temp.to_read").get();
      return { files: Number(row?.files), bytes: Number(row?.bytes) };
    },
    versions: () => versionsOf(db),
    save: (results, nowMs) => db.transaction(() => saveResults(db, results, nowMs)),
  };
}

function fill(db: Database, { tier, jobs, sinceMs }: ReadingChoice): void {
  const ofJobs = jobs === undefined ? "" : `AND job IN (${jobs.map(() => "?").join(", ")})`;
  db.prepare(
    `INSERT INTO temp.to_read
     SELECT batch, seq, stored_bytes FROM placements JOIN copies USING (batch, seq) JOIN batches USING (batch)
     WHERE placements.tier = ? AND placements.state = 'stored' AND published_at >= ? ${ofJobs}
     ORDER BY ${lastReadAt}, batch, seq`,
  ).run(tier, sinceMs ?? 0, ...(jobs ?? []));
}

/** Of a share the first one stays in any case, however large it is. */
function cut(db: Database, share: number): void {
  if (share >= 1) return;
  db.prepare(
    `DELETE FROM temp.to_read WHERE rowid IN (
       SELECT rowid FROM (
         SELECT rowid, total(bytes) OVER (ORDER BY rowid ROWS UNBOUNDED PRECEDING) - bytes AS before FROM temp.to_read)
       WHERE rowid > 1 AND before >= (SELECT total(bytes) FROM temp.to_read) * ?)`,
  ).run(share);
}

const readAtOnce = 500;

/** Some at a time: a query that stays open for hours could not be followed by a write once another process has written. */
function* versionsOf(db: Database): Generator<ToRead> {
  const query = db.prepare(
    `SELECT to_read.rowid, copies.*, run, job, batches.tier, published_at
     FROM temp.to_read JOIN copies USING (batch, seq) JOIN batches USING (batch)
     WHERE to_read.rowid > ? ORDER BY to_read.rowid LIMIT ${readAtOnce}`,
  );
  query.setReadBigInts(true);
  for (let last = 0n; ; ) {
    const rows = query.all(last);
    if (rows.length === 0) return;
    yield* rows.map(toVersion);
    last = rows.at(-1)?.rowid as bigint;
  }
}

function toVersion(row: Record<string, unknown>): ToRead {
  const seq = Number(row.seq);
  return {
    id: operationId({ run: String(row.run), job: String(row.job), seq }),
    batch: Number(row.batch),
    seq,
    path: rawPathOfBytes(row.path as Uint8Array),
    modifiedNs: row.modified_ns as bigint,
    tier: String(row.tier),
    storedAs: rawPathOfBytes(row.stored_as as Uint8Array),
    storedAtMs: Number(row.published_at),
    sizeBytes: Number(row.size_bytes),
    storedBytes: Number(row.stored_bytes),
    sha256: String(row.sha256),
    storedSha256: String(row.stored_sha256),
    compression: String(row.compression) as StoredCompression,
  };
}

/** A version that was stored again meanwhile is another copy, which was just read back. */
function saveResults(db: Database, results: readonly ReadResult[], nowMs: number): number {
  let mended = 0;
  const update = db.prepare(
    `UPDATE placements SET verified_at = ?
     WHERE path = ? AND modified_ns = ? AND tier = ? AND stored_as = ? AND batch = ? AND seq = ?`,
  );
  for (const { version, flaw } of results) {
    if (flaw !== undefined) saveFlaw(db, version, { ...flaw, nowMs });
    else {
      update.run(nowMs, ...keyColumns(version), version.batch, version.seq);
      mended += removeFlaw(db, version) ? 1 : 0;
    }
  }
  return mended;
}
