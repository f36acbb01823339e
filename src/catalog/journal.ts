import { bytesOf, rawPathOfBytes } from "../lib/raw-path.ts";
import type { Database } from "./database.ts";
import { toOperation } from "./journal-rows.ts";
import type {
  BatchKey,
  BatchPlace,
  BatchState,
  OperationKey,
  StagedOperation,
  UnfinishedBatch,
  VerifiedFacts,
} from "./operation.ts";

export interface StagingOwner {
  readonly run: string;
  readonly job: string;
  readonly tier: string;
  readonly tierUuid: string;
}

export interface VerifiedOperation {
  readonly key: OperationKey;
  readonly facts: VerifiedFacts;
}

/** What runs are doing, written down before the deed; every call but `finish` is one durable commit. */
export interface Journal {
  /** The staging folder of this run and job is ours, and is about to be made. */
  readonly beginStaging: (owner: StagingOwner) => void;
  readonly stagingOf: (job: string) => readonly StagingOwner[];
  /** Runs of any job whose staging folders may be there. */
  readonly stagingRuns: () => ReadonlySet<string>;
  readonly endStaging: (owner: Pick<StagingOwner, "run" | "job">) => void;
  /** These copies are about to be made. */
  readonly stage: (batch: BatchKey, place: BatchPlace, operations: readonly StagedOperation[]) => void;
  /** These copies are proved; the others of the batch are forgotten. */
  readonly verify: (batch: BatchKey, verified: readonly VerifiedOperation[], dropped: readonly OperationKey[]) => void;
  /** What is verified in this batch lies under its names; its placements exist from now on. */
  readonly publish: (batch: BatchKey, facts: { readonly host: string; readonly nowMs: number }) => void;
  /** Written with the next commit: nothing is left to do for this batch. */
  readonly finish: (batch: BatchKey, nowMs: number) => void;
  /** Forgets operations that came to nothing. */
  readonly drop: (operations: readonly OperationKey[]) => void;
  /** Forgets a batch that came to nothing. */
  readonly dropBatch: (batch: BatchKey) => void;
  /** What a dead run left, in its order. */
  readonly unfinished: (owner: Pick<StagingOwner, "run" | "job">) => readonly UnfinishedBatch[];
  /** The highest number that this run and job have given. */
  readonly lastSeq: (owner: Pick<StagingOwner, "run" | "job">) => number;
  readonly forgetDoneBefore: (ms: number) => void;
}

export function openJournal(db: Database): Journal {
  const pendingDone: { readonly batch: BatchKey; readonly nowMs: number }[] = [];
  const flushDone = () => {
    const update = db.prepare(
      "UPDATE batches SET state = 'done', finished_at = ? WHERE run = ? AND job = ? AND first = ?",
    );
    for (const { batch, nowMs } of pendingDone.splice(0)) update.run(nowMs, batch.run, batch.job, batch.first);
  };
  const commit = (work: () => void) =>
    db.transaction(() => {
      flushDone();
      work();
    });
  return {
    ...stagingFolders(db, commit),
    stage: (batch, place, operations) => commit(() => insertBatch(db, batch, { place, operations })),
    verify: (batch, verified, dropped) =>
      commit(() => {
        updateVerified(db, verified);
        deleteOperations(db, dropped);
        setState(db, batch, "verified");
      }),
    publish: (batch, facts) =>
      commit(() => {
        insertPlacements(db, batch, facts);
        setState(db, batch, "published");
      }),
    finish: (batch, nowMs) => {
      pendingDone.push({ batch, nowMs });
    },
    drop: (operations) => commit(() => deleteOperations(db, operations)),
    dropBatch: (batch) => commit(() => deleteBatch(db, batch)),
    unfinished: (owner) => {
      if (pendingDone.length > 0) db.transaction(flushDone);
      return readUnfinished(db, owner);
    },
    lastSeq: ({ run, job }) =>
      Number(db.prepare("SELECT max(last) AS last FROM batches WHERE run = ? AND job = ?").get(run, job)?.last ?? 0),
    forgetDoneBefore: (ms) =>
      commit(() => {
        for (const row of db.prepare("SELECT * FROM batches WHERE state = 'done' AND finished_at < ?").all(ms)) {
          deleteBatch(db, toBatchKey(row));
        }
      }),
  };
}

function stagingFolders(db: Database, commit: (work: () => void) => void) {
  return {
    beginStaging: ({ run, job, tier, tierUuid }: StagingOwner) =>
      commit(() => {
        db.prepare("INSERT OR IGNORE INTO staging VALUES (?, ?, ?, ?)").run(run, job, tier, tierUuid);
      }),
    stagingOf: (job: string): readonly StagingOwner[] =>
      db
        .prepare("SELECT * FROM staging WHERE job = ? ORDER BY run")
        .all(job)
        .map((row) => ({
          run: String(row.run),
          job: String(row.job),
          tier: String(row.tier),
          tierUuid: String(row.tier_uuid),
        })),
    stagingRuns: () =>
      new Set(
        db
          .prepare("SELECT run FROM staging")
          .all()
          .map((row) => String(row.run)),
      ),
    endStaging: ({ run, job }: Pick<StagingOwner, "run" | "job">) =>
      commit(() => {
        db.prepare("DELETE FROM staging WHERE run = ? AND job = ?").run(run, job);
      }),
  };
}

function insertBatch(
  db: Database,
  batch: BatchKey,
  { place, operations }: { place: BatchPlace; operations: readonly StagedOperation[] },
): void {
  const { run, job, first, last } = batch;
  db.prepare("INSERT INTO batches (run, job, first, last, state, tier, root) VALUES (?, ?, ?, ?, 'staged', ?, ?)").run(
    run,
    job,
    first,
    last,
    place.tier,
    bytesOf(place.root),
  );
  const insert = db.prepare(
    `INSERT INTO operations (run, job, seq, path, device, inode, size_bytes, modified_ns, changed_ns, links, link_group)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const { seq, path, identity, linkGroup } of operations) {
    const { device, inode, sizeBytes, modifiedNs, changedNs, links } = identity;
    const signedInode = BigInt.asIntN(64, inode);
    const group = linkGroup ?? null;
    insert.run(run, job, seq, bytesOf(path), device, signedInode, sizeBytes, modifiedNs, changedNs, links, group);
  }
}

function updateVerified(db: Database, verified: readonly VerifiedOperation[]): void {
  const update = db.prepare(
    `UPDATE operations
     SET stored_as = ?, stored_bytes = ?, sha256 = ?, stored_sha256 = ?, compression = ?, facts = ?
     WHERE run = ? AND job = ? AND seq = ?`,
  );
  for (const { key, facts } of verified) {
    const { storedAs, storedBytes, sha256, storedSha256, compression } = facts;
    const values = [bytesOf(storedAs), storedBytes, sha256, storedSha256, compression, facts.facts] as const;
    update.run(...values, key.run, key.job, key.seq);
  }
}

/** One placement for each operation that is left, in one statement, since each file costs two writes already. */
function insertPlacements(db: Database, batch: BatchKey, facts: { host: string; nowMs: number }): void {
  const { run, job, first, last } = batch;
  const insert = db.prepare(
    `INSERT INTO placements
     SELECT run || '.' || job || '.' || seq, ?, job, tier,
       CAST(root || CASE root WHEN x'2f' THEN '' ELSE '/' END || path AS BLOB),
       stored_as, 'stored', ?, modified_ns, size_bytes, stored_bytes, sha256, stored_sha256, compression, facts,
       run || '.' || job || '.' || link_group, ?
     FROM operations JOIN batches USING (run, job)
     WHERE run = ? AND job = ? AND first = ? AND seq BETWEEN ? AND ?
     ON CONFLICT (path, modified_ns, tier, stored_as) DO UPDATE
       SET state = 'stored', verified_at = excluded.verified_at, facts = excluded.facts,
         size_bytes = excluded.size_bytes, stored_bytes = excluded.stored_bytes, sha256 = excluded.sha256,
         stored_sha256 = excluded.stored_sha256, compression = excluded.compression`,
  );
  insert.run(facts.host, facts.nowMs, facts.nowMs, run, job, first, first, last);
}

function setState(db: Database, { run, job, first }: BatchKey, state: BatchState): void {
  db.prepare("UPDATE batches SET state = ? WHERE run = ? AND job = ? AND first = ?").run(state, run, job, first);
}

function deleteOperations(db: Database, operations: readonly OperationKey[]): void {
  const remove = db.prepare("DELETE FROM operations WHERE run = ? AND job = ? AND seq = ?");
  for (const { run, job, seq } of operations) remove.run(run, job, seq);
}

function deleteBatch(db: Database, { run, job, first, last }: BatchKey): void {
  db.prepare("DELETE FROM operations WHERE run = ? AND job = ? AND seq BETWEEN ? AND ?").run(run, job, first, last);
  db.prepare("DELETE FROM batches WHERE run = ? AND job = ? AND first = ?").run(run, job, first);
}

function readUnfinished(db: Database, owner: Pick<StagingOwner, "run" | "job">): readonly UnfinishedBatch[] {
  const batches = db.prepare("SELECT * FROM batches WHERE run = ? AND job = ? AND state <> 'done' ORDER BY first");
  const operations = db.prepare(
    "SELECT * FROM operations WHERE run = ? AND job = ? AND seq BETWEEN ? AND ? ORDER BY seq",
  );
  operations.setReadBigInts(true);
  return batches.all(owner.run, owner.job).map((row) => {
    const key = toBatchKey(row);
    return {
      key,
      state: String(row.state) as BatchState,
      tier: String(row.tier),
      root: rawPathOfBytes(row.root as Uint8Array),
      operations: operations.all(key.run, key.job, key.first, key.last).map(toOperation),
    };
  });
}

function toBatchKey(row: Record<string, unknown>): BatchKey {
  return { run: String(row.run), job: String(row.job), first: Number(row.first), last: Number(row.last) };
}
