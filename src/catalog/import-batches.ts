import type { Database } from "./database.ts";
import type { StoredLine } from "./manifest.ts";
import type { OperationKey } from "./operation.ts";

/** Finds or makes the batch of each manifest line. */
export interface BatchFinder {
  /** The batch of a copy: one that has its number already, or a new one of all lines of the same job and instant. */
  readonly ofStored: (key: OperationKey, line: StoredLine) => number;
  /** The batch whose numbers include this one. */
  readonly holding: (key: OperationKey) => number | undefined;
  /** Writes down how far the batch under way has come. */
  readonly settle: () => void;
}

interface OpenBatch {
  readonly number: number;
  readonly run: string;
  readonly job: string;
  readonly atMs: number;
  last: number;
}

/** Batches of what lies on one tier. */
export function openBatchFinder(db: Database, tier: string): BatchFinder {
  let open: OpenBatch | undefined;
  const settle = () => {
    if (open !== undefined) db.prepare("UPDATE batches SET last = ? WHERE batch = ?").run(open.last, open.number);
    open = undefined;
  };
  return {
    ofStored: (key, line) => {
      if (open !== undefined && isNext(open, key, line)) {
        open.last = key.seq;
        return open.number;
      }
      settle();
      const known = findBatch(db, key);
      if (known !== undefined) return announcedAgain(db, known, line);
      const { run, job, seq } = key;
      open = { number: insertDone(db, key, { tier, line }), run, job, atMs: line.atMs, last: seq };
      return open.number;
    },
    holding: (key) => {
      settle();
      return findBatch(db, key)?.number;
    },
    settle,
  };
}

/** A batch announces all its files at once, in the order of their numbers. */
function isNext(open: OpenBatch, { run, job, seq }: OperationKey, { atMs }: StoredLine): boolean {
  return open.run === run && open.job === job && open.atMs === atMs && seq > open.last;
}

interface KnownBatch {
  readonly number: number;
  readonly state: string;
  readonly publishedAtMs: number;
}

function findBatch(db: Database, { run, job, seq }: OperationKey): KnownBatch | undefined {
  const row = db
    .prepare("SELECT * FROM batches WHERE run = ? AND job = ? AND first <= ? ORDER BY first DESC LIMIT 1")
    .get(run, job, seq);
  if (row === undefined || Number(row.last) < seq) return undefined;
  return { number: Number(row.batch), state: String(row.state), publishedAtMs: Number(row.published_at ?? 0) };
}

/**
 * Recovery announces a batch once more, and it is that moment that counts. What a catalog that was rolled back has as
 * just begun came further than it knows.
 */
function announcedAgain(db: Database, { number, state, publishedAtMs }: KnownBatch, line: StoredLine): number {
  if (state === "staged") {
    const finish = "UPDATE batches SET state = 'done', host = ?, published_at = ?, finished_at = ? WHERE batch = ?";
    db.prepare(finish).run(line.host, line.atMs, line.atMs, number);
  } else if (line.atMs > publishedAtMs && state !== "verified") {
    db.prepare("UPDATE batches SET published_at = ? WHERE batch = ?").run(line.atMs, number);
  }
  return number;
}

function insertDone(
  db: Database,
  { run, job, seq }: OperationKey,
  { tier, line }: { readonly tier: string; readonly line: StoredLine },
): number {
  // Its root is of no use any more: only recovery asks for it.
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO batches (run, job, first, last, state, tier, root, host, published_at, finished_at)
       VALUES (?, ?, ?, ?, 'done', ?, x'', ?, ?, ?)`,
    )
    .run(run, job, seq, seq, tier, line.host, line.atMs, line.atMs);
  return Number(lastInsertRowid);
}
