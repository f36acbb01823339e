import {
  deleteBatch,
  deleteOperations,
  findBatch,
  finishBatch,
  insertBatch,
  insertCopies,
  publishBatch,
  readUnfinished,
  setState,
} from "./batch-rows.ts";
import type { Database } from "./database.ts";
import type {
  BatchKey,
  BatchPlace,
  OperationKey,
  StagedOperation,
  UnfinishedBatch,
  VerifiedOperation,
} from "./operation.ts";

export interface StagingOwner {
  readonly run: string;
  readonly job: string;
  readonly tier: string;
  readonly tierUuid: string;
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
  readonly drop: (batch: BatchKey, operations: readonly OperationKey[]) => void;
  /** Forgets a batch that came to nothing. */
  readonly dropBatch: (batch: BatchKey) => void;
  /** What a dead run left, in its order. */
  readonly unfinished: (owner: Pick<StagingOwner, "run" | "job">) => readonly UnfinishedBatch[];
  /** Whether anything is left of that, sets on their way included. */
  readonly isUnfinished: (owner: Pick<StagingOwner, "run" | "job">) => boolean;
  /** Whether this is being done, or was when its run died. */
  readonly isOnItsWay: (operation: OperationKey) => boolean;
  /** The highest number that this run and job have given. */
  readonly lastSeq: (owner: Pick<StagingOwner, "run" | "job">) => number;
  /** Forgets the sources of what was done before; copies and placements stay. */
  readonly forgetDoneBefore: (ms: number) => void;
}

export function openJournal(db: Database): Journal {
  const pendingDone: { readonly batch: BatchKey; readonly nowMs: number }[] = [];
  const flushDone = () => {
    for (const { batch, nowMs } of pendingDone.splice(0)) finishBatch(db, batch, nowMs);
  };
  const commit = (work: () => void) =>
    db.transaction(() => {
      flushDone();
      work();
    });
  return {
    ...stagingFolders(db, commit),
    stage: (batch, place, operations) => commit(() => insertBatch(db, batch, { place, operations })),
    verify: (key, verified, dropped) =>
      commit(() => {
        const batch = findBatch(db, key);
        insertCopies(db, batch, verified);
        deleteOperations(db, batch, dropped);
        setState(db, batch, "verified");
      }),
    publish: (key, facts) => commit(() => publishBatch(db, findBatch(db, key), facts)),
    finish: (batch, nowMs) => {
      pendingDone.push({ batch, nowMs });
    },
    drop: (key, operations) => commit(() => deleteOperations(db, findBatch(db, key), operations)),
    dropBatch: (key) => commit(() => deleteBatch(db, findBatch(db, key))),
    unfinished: (owner) => {
      if (pendingDone.length > 0) db.transaction(flushDone);
      return readUnfinished(db, owner);
    },
    isUnfinished: ({ run, job }) => {
      if (pendingDone.length > 0) db.transaction(flushDone);
      const query = db.prepare(
        `SELECT 1 FROM batches WHERE run = ?1 AND job = ?2 AND state <> 'done'
         UNION ALL SELECT 1 FROM sets WHERE run = ?1 AND job = ?2`,
      );
      return query.get(run, job) !== undefined;
    },
    isOnItsWay: ({ run, job, seq }) => {
      const query = db.prepare(
        `SELECT 1 FROM batches JOIN operations USING (batch)
         WHERE run = ?1 AND job = ?2 AND state <> 'done' AND seq = ?3 AND ?3 BETWEEN first AND last`,
      );
      return query.get(run, job, seq) !== undefined;
    },
    lastSeq: ({ run, job }) => {
      const query = db.prepare(
        `SELECT max(last) AS last FROM (
           SELECT last FROM batches WHERE run = ?1 AND job = ?2
           UNION ALL SELECT seq FROM sets WHERE run = ?1 AND job = ?2
           UNION ALL SELECT seq FROM parts WHERE run = ?1 AND job = ?2)`,
      );
      return Number(query.get(run, job)?.last ?? 0);
    },
    forgetDoneBefore: (ms) =>
      commit(() => {
        db.prepare(
          "DELETE FROM operations WHERE batch IN (SELECT batch FROM batches WHERE state = 'done' AND finished_at < ?)",
        ).run(ms);
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
