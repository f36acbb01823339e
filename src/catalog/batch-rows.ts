import { bytesOf, type RawPath, rawPathOfBytes } from "../lib/raw-path.ts";
import type { Database } from "./database.ts";
import { toOperation } from "./journal-rows.ts";
import type {
  BatchKey,
  BatchPlace,
  BatchState,
  OperationKey,
  StagedOperation,
  UnfinishedBatch,
  VerifiedOperation,
} from "./operation.ts";

type Row = Record<string, unknown>;

/** A batch as its rows name it: the number is far shorter than run, job and first, and every operation has it. */
interface NumberedBatch {
  readonly number: number;
  readonly root: RawPath;
}

export function insertBatch(
  db: Database,
  { run, job, first, last }: BatchKey,
  { place, operations }: { place: BatchPlace; operations: readonly StagedOperation[] },
): void {
  const { lastInsertRowid: number } = db
    .prepare(
      "INSERT INTO batches (run, job, first, last, state, tier, root, of_set) VALUES (?, ?, ?, ?, 'staged', ?, ?, ?)",
    )
    .run(run, job, first, last, place.tier, bytesOf(place.root), place.ofSet ?? null);
  const insert = db.prepare("INSERT INTO operations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const { seq, path, identity, linkGroup } of operations) {
    const { device, inode, sizeBytes, modifiedNs, changedNs, links } = identity;
    const signedInode = BigInt.asIntN(64, inode);
    const group = linkGroup ?? null;
    insert.run(number, seq, bytesOf(path), device, signedInode, sizeBytes, modifiedNs, changedNs, links, group);
  }
}

export function findBatch(db: Database, { run, job, first }: BatchKey): NumberedBatch {
  const row = db
    .prepare("SELECT batch, root FROM batches WHERE run = ? AND job = ? AND first = ?")
    .get(run, job, first);
  if (row === undefined) throw new Error(`the journal has no batch from ${first} on of ${run} ${job}`);
  return { number: Number(row.batch), root: rawPathOfBytes(row.root as Uint8Array) };
}

export function insertCopies(
  db: Database,
  { number, root }: NumberedBatch,
  verified: readonly VerifiedOperation[],
): void {
  const above = root === "/" ? root : `${root}/`;
  const insert = db.prepare("INSERT INTO copies VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const { operation, facts } of verified) {
    const { seq, path, identity, linkGroup } = operation;
    insert.run(
      number,
      seq,
      bytesOf(`${above}${path}` as RawPath),
      identity.modifiedNs,
      identity.sizeBytes,
      linkGroup ?? null,
      bytesOf(facts.storedAs),
      facts.storedBytes,
      facts.sha256,
      facts.storedSha256,
      facts.compression,
      facts.facts,
    );
  }
}

/**
 * What is stored again under the very same name is no other version: its placement has a newer copy from now on, which
 * has just been read back, so that whatever was wrong with the older one is mended.
 */
export function publishBatch(
  db: Database,
  { number }: Pick<NumberedBatch, "number">,
  { host, nowMs }: { readonly host: string; readonly nowMs: number },
): void {
  db.prepare("UPDATE batches SET state = 'published', host = ?, published_at = ? WHERE batch = ?").run(
    host,
    nowMs,
    number,
  );
  db.prepare(
    `INSERT INTO placements
     SELECT path, modified_ns, tier, stored_as, batch, seq, 'stored', published_at
     FROM batches JOIN copies USING (batch) WHERE batch = ?
     ON CONFLICT DO UPDATE SET
       batch = excluded.batch, seq = excluded.seq, state = excluded.state, verified_at = excluded.verified_at`,
  ).run(number);
  db.prepare(
    `DELETE FROM flaws WHERE EXISTS (
       SELECT 1 FROM placements p WHERE p.path = flaws.path AND p.modified_ns = flaws.modified_ns
         AND p.tier = flaws.tier AND p.stored_as = flaws.stored_as AND p.batch = ?)`,
  ).run(number);
}

export function setState(db: Database, { number }: NumberedBatch, state: BatchState): void {
  db.prepare("UPDATE batches SET state = ? WHERE batch = ?").run(state, number);
}

export function finishBatch(db: Database, { run, job, first }: BatchKey, nowMs: number): void {
  db.prepare("UPDATE batches SET state = 'done', finished_at = ? WHERE run = ? AND job = ? AND first = ?").run(
    nowMs,
    run,
    job,
    first,
  );
}

export function finishBatches(db: Database, numbers: readonly number[], nowMs: number): void {
  const finish = db.prepare("UPDATE batches SET state = 'done', finished_at = ? WHERE batch = ?");
  for (const number of numbers) finish.run(nowMs, number);
}

export function deleteOperations(db: Database, { number }: NumberedBatch, operations: readonly OperationKey[]): void {
  for (const table of ["copies", "operations"]) {
    const remove = db.prepare(`DELETE FROM ${table} WHERE batch = ? AND seq = ?`);
    for (const { seq } of operations) remove.run(number, seq);
  }
}

export function deleteBatch(db: Database, { number }: NumberedBatch): void {
  for (const table of ["copies", "operations", "batches"])
    db.prepare(`DELETE FROM ${table} WHERE batch = ?`).run(number);
}

export function readUnfinished(
  db: Database,
  { run, job }: Pick<OperationKey, "run" | "job">,
): readonly UnfinishedBatch[] {
  const numbers = db
    .prepare(
      "SELECT batch FROM batches WHERE run = ? AND job = ? AND state <> 'done' AND of_set IS NULL ORDER BY first",
    )
    .all(run, job);
  return numbers.flatMap((row) => readBatches(db, Number(row.batch)));
}

/** One batch with all its operations; nothing where it is not there. */
export function readBatches(db: Database, number: number): readonly UnfinishedBatch[] {
  const batches = db.prepare("SELECT * FROM batches WHERE batch = ?");
  const operations = db.prepare(
    `SELECT operations.*, stored_as, stored_bytes, sha256, stored_sha256, compression, facts
     FROM operations LEFT JOIN copies USING (batch, seq) WHERE batch = ? ORDER BY seq`,
  );
  operations.setReadBigInts(true);
  return batches.all(number).map((row) => {
    const key = { run: String(row.run), job: String(row.job), first: Number(row.first), last: Number(row.last) };
    return {
      key,
      state: String(row.state) as BatchState,
      tier: String(row.tier),
      root: rawPathOfBytes(row.root as Uint8Array),
      operations: operations.all(number).map((each: Row) => toOperation(key, each)),
    };
  });
}
