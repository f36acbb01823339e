import { bytesOf, type RawPath, rawPathOfBytes } from "../lib/raw-path.ts";
import { finishBatches, publishBatch, readBatches } from "./batch-rows.ts";
import type { Database } from "./database.ts";
import type { BatchPlace, OperationKey, UnfinishedBatch } from "./operation.ts";
import { deleteParts, insertParts, readPartsOf, type SetPart } from "./set-parts.ts";

/** How far a set has come; each state is on disk before the deed that follows it. */
export type SetState = "copying" | "named" | "published";

/** A directory on its way to a tier, whole. */
export interface OpenSet extends OperationKey, BatchPlace {
  /** Its name in the batch's root. */
  readonly entry: RawPath;
  readonly state: SetState;
  /** Where it is put together, from the tier's root; ours, and nowhere visible. */
  readonly tree: RawPath;
  /** Where it is to lie, from the tier's root. */
  readonly storedAs: RawPath;
}

/** The journal of sets: their files are journalled as batches, which say whose they are; every call is durable. */
export interface Sets {
  readonly begin: (set: OpenSet) => void;
  /** What a run and job have not brought to its end, in their order. */
  readonly open: (owner: Pick<OperationKey, "run" | "job">) => readonly OpenSet[];
  readonly isAnyOpen: (owner: Pick<OperationKey, "run" | "job">) => boolean;
  /** The batches of a set's files, one at a time. */
  readonly batches: (set: OperationKey) => Iterable<UnfinishedBatch>;
  /** What the tier holds of it so far, before it is published. */
  readonly storedBytes: (set: OperationKey) => number;
  /** It is to lie elsewhere than was thought. */
  readonly rename: (set: OpenSet, storedAs: RawPath) => void;
  /** All its files are proved, and it is about to get its name. */
  readonly name: (set: OpenSet, parts: Iterable<SetPart>) => void;
  readonly partsOf: (set: OperationKey) => Iterable<SetPart>;
  /** It lies under its name; its placements exist from now on. */
  readonly publish: (set: OpenSet, facts: { readonly host: string; readonly nowMs: number }) => void;
  /** Nothing is left to do for it. */
  readonly finish: (set: OpenSet, nowMs: number) => void;
  /** Forgets a set that came to nothing. */
  readonly drop: (set: OpenSet) => void;
}

export function openSets(db: Database): Sets {
  return {
    begin: (set) => db.transaction(() => insertSet(db, set)),
    open: ({ run, job }) =>
      db.prepare("SELECT * FROM sets WHERE run = ? AND job = ? ORDER BY seq").all(run, job).map(toSet),
    isAnyOpen: ({ run, job }) =>
      db.prepare("SELECT 1 FROM sets WHERE run = ? AND job = ? LIMIT 1").get(run, job) !== undefined,
    batches: function* (set) {
      for (const number of batchNumbers(db, set)) yield* readBatches(db, number);
    },
    storedBytes: ({ run, job, seq }) => {
      const query = db.prepare(
        `SELECT total(stored_bytes) AS bytes FROM batches JOIN copies USING (batch)
         WHERE run = ? AND job = ? AND of_set = ?`,
      );
      return Number(query.get(run, job, seq)?.bytes ?? 0);
    },
    rename: (set, storedAs) => db.transaction(() => renameSet(db, set, storedAs)),
    name: (set, parts) =>
      db.transaction(() => {
        deleteParts(db, set);
        insertParts(db, set, parts);
        setState(db, set, "named");
      }),
    partsOf: (set) => readPartsOf(db, set),
    publish: (set, facts) => publishSet(db, set, facts),
    finish: (set, nowMs) =>
      db.transaction(() => {
        finishBatches(db, batchNumbers(db, set), nowMs);
        deleteSet(db, set);
      }),
    drop: (set) =>
      db.transaction(() => {
        const last = lastNumber(db, set);
        db.prepare(
          "DELETE FROM placements WHERE batch IN (SELECT batch FROM batches WHERE run = ? AND job = ? AND of_set = ?)",
        ).run(set.run, set.job, set.seq);
        for (const table of ["copies", "operations", "batches"])
          for (const number of batchNumbers(db, set)) db.prepare(`DELETE FROM ${table} WHERE batch = ?`).run(number);
        deleteParts(db, set);
        deleteSet(db, set);
        if (set.state !== "copying") keepNumbers(db, set, last);
      }),
  };
}

function lastNumber(db: Database, { run, job, seq }: OpenSet): number {
  const query = db.prepare(
    `SELECT max(seq) AS last FROM (
       SELECT last AS seq FROM batches WHERE run = ?1 AND job = ?2 AND of_set = ?3
       UNION ALL SELECT seq FROM parts WHERE run = ?1 AND job = ?2 AND of_set = ?3)`,
  );
  return Number(query.get(run, job, seq)?.last ?? seq);
}

/** A manifest has named and withdrawn what had these numbers, so nothing else of the run must ever have them. */
function keepNumbers(db: Database, { run, job, seq, tier, root }: OpenSet, last: number): void {
  db.prepare("INSERT INTO batches (run, job, first, last, state, tier, root) VALUES (?, ?, ?, ?, 'done', ?, ?)").run(
    run,
    job,
    seq,
    last,
    tier,
    bytesOf(root),
  );
}

function insertSet(db: Database, { run, job, seq, entry, state, tier, root, tree, storedAs }: OpenSet): void {
  db.prepare("INSERT INTO sets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)").run(
    ...[run, job, seq, bytesOf(entry), state, tier, bytesOf(root), bytesOf(tree), bytesOf(storedAs)],
  );
}

function toSet(row: Record<string, unknown>): OpenSet {
  const path = (key: string) => rawPathOfBytes(row[key] as Uint8Array);
  return {
    run: String(row.run),
    job: String(row.job),
    seq: Number(row.seq),
    entry: path("entry"),
    state: String(row.state) as SetState,
    tier: String(row.tier),
    root: path("root"),
    tree: path("tree"),
    storedAs: path("stored_as"),
  };
}

function batchNumbers(db: Database, { run, job, seq }: OperationKey): readonly number[] {
  const query = db.prepare("SELECT batch FROM batches WHERE run = ? AND job = ? AND of_set = ? ORDER BY first");
  return query.all(run, job, seq).map((row) => Number(row.batch));
}

function renameSet(db: Database, set: OpenSet, storedAs: RawPath): void {
  const update = db.prepare("UPDATE copies SET stored_as = ? WHERE batch = ? AND seq = ?");
  for (const batch of batchNumbers(db, set)) {
    for (const row of db.prepare("SELECT seq, stored_as FROM copies WHERE batch = ?").all(batch)) {
      const below = rawPathOfBytes(row.stored_as as Uint8Array).slice(set.storedAs.length);
      update.run(bytesOf(`${storedAs}${below}` as RawPath), batch, Number(row.seq));
    }
  }
  const { run, job, seq } = set;
  db.prepare("UPDATE sets SET stored_as = ? WHERE run = ? AND job = ? AND seq = ?").run(
    ...[bytesOf(storedAs), run, job, seq],
  );
}

/** Batch by batch, so that no commit is as large as the set; the set's own state comes last, and what was done before is done again. */
function publishSet(db: Database, set: OpenSet, facts: { readonly host: string; readonly nowMs: number }): void {
  for (const number of batchNumbers(db, set)) db.transaction(() => publishBatch(db, { number }, facts));
  db.transaction(() => {
    const { run, job, seq } = set;
    db.prepare("UPDATE parts SET state = 'stored' WHERE run = ? AND job = ? AND of_set = ?").run(run, job, seq);
    setState(db, set, "published");
  });
}

function setState(db: Database, { run, job, seq }: OperationKey, state: SetState): void {
  db.prepare("UPDATE sets SET state = ? WHERE run = ? AND job = ? AND seq = ?").run(state, run, job, seq);
}

function deleteSet(db: Database, { run, job, seq }: OperationKey): void {
  db.prepare("DELETE FROM sets WHERE run = ? AND job = ? AND seq = ?").run(run, job, seq);
}
