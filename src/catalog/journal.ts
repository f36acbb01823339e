import { bytesOf, rawPathOfBytes } from "../lib/raw-path.ts";
import type { Database } from "./database.ts";
import type { FileFacts, StoredCompression } from "./facts.ts";
import type { Operation, OperationState, StagedOperation, VerifiedFacts } from "./operation.ts";

export interface StagingOwner {
  readonly run: string;
  readonly job: string;
  readonly tier: string;
  readonly tierUuid: string;
}

/** Operations of one run and job with numbers from `first` to `last`. */
export interface OperationRange {
  readonly run: string;
  readonly job: string;
  readonly first: number;
  readonly last: number;
}

/** The operations of one job's runs; each method that says so is one durable commit. */
export interface Journal {
  /** Durable: the staging folder of this run and job is ours, and is about to be made. */
  readonly beginStaging: (owner: StagingOwner) => void;
  readonly stagingOf: (job: string) => readonly StagingOwner[];
  readonly endStaging: (owner: Pick<StagingOwner, "run" | "job">) => void;
  /** Durable: these copies are about to be made. */
  readonly stage: (operations: readonly StagedOperation[]) => void;
  /** Durable: these copies are proved; the others of the batch are dropped. */
  readonly verify: (
    verified: readonly { operation: StagedOperation; facts: VerifiedFacts }[],
    dropped: readonly StagedOperation[],
  ) => void;
  /** Durable: what is verified in this range lies under its name; its placements exist from now on. */
  readonly publish: (range: OperationRange, facts: { readonly host: string; readonly nowMs: number }) => void;
  /** Written with the next commit: nothing is left to do for what is published in this range. */
  readonly finish: (range: OperationRange, nowMs: number) => void;
  /** Forgets operations that came to nothing. */
  readonly drop: (operations: readonly StagedOperation[]) => void;
  /** What a dead run left, oldest first. */
  readonly unfinished: (job: string) => readonly Operation[];
  /** The highest number that this run and job have given. */
  readonly lastSeq: (owner: Pick<StagingOwner, "run" | "job">) => number;
  readonly forgetDoneBefore: (ms: number) => void;
}

export function openJournal(db: Database): Journal {
  const pendingDone: { readonly range: OperationRange; readonly nowMs: number }[] = [];
  const flushDone = () => {
    const update = db.prepare(
      `UPDATE operations SET state = 'done', finished_at = ?
       WHERE run = ? AND job = ? AND seq BETWEEN ? AND ? AND state = 'published'`,
    );
    for (const { range, nowMs } of pendingDone.splice(0))
      update.run(nowMs, range.run, range.job, range.first, range.last);
  };
  const commit = (work: () => void) =>
    db.transaction(() => {
      flushDone();
      work();
    });
  return {
    beginStaging: ({ run, job, tier, tierUuid }) =>
      commit(() => db.prepare("INSERT OR IGNORE INTO staging VALUES (?, ?, ?, ?)").run(run, job, tier, tierUuid)),
    stagingOf: (job) => db.prepare("SELECT * FROM staging WHERE job = ? ORDER BY run").all(job).map(toStagingOwner),
    endStaging: ({ run, job }) =>
      commit(() => db.prepare("DELETE FROM staging WHERE run = ? AND job = ?").run(run, job)),
    stage: (operations) => commit(() => insertStaged(db, operations)),
    verify: (verified, dropped) =>
      commit(() => {
        updateVerified(db, verified);
        deleteOperations(db, dropped);
      }),
    publish: (range, facts) => commit(() => insertPlacements(db, range, facts)),
    finish: (range, nowMs) => {
      pendingDone.push({ range, nowMs });
    },
    drop: (operations) => commit(() => deleteOperations(db, operations)),
    unfinished: (job) => {
      if (pendingDone.length > 0) db.transaction(flushDone);
      const query = db.prepare("SELECT * FROM operations WHERE job = ? AND state <> 'done' ORDER BY run, seq");
      query.setReadBigInts(true);
      return query.all(job).map(toOperation);
    },
    lastSeq: ({ run, job }) =>
      Number(db.prepare("SELECT max(seq) AS last FROM operations WHERE run = ? AND job = ?").get(run, job)?.last ?? 0),
    forgetDoneBefore: (ms) =>
      commit(() => db.prepare("DELETE FROM operations WHERE state = 'done' AND finished_at < ?").run(ms)),
  };
}

function insertStaged(db: Database, operations: readonly StagedOperation[]): void {
  const insert = db.prepare(
    `INSERT INTO operations (run, job, seq, state, tier, root, path, device, inode, size_bytes, modified_ns, changed_ns, links, link_group)
     VALUES (?, ?, ?, 'staged', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const { run, job, seq, tier, root, path, identity, linkGroup } of operations) {
    const { device, inode, sizeBytes, modifiedNs, changedNs, links } = identity;
    const signedInode = BigInt.asIntN(64, inode);
    insert.run(
      run,
      job,
      seq,
      tier,
      bytesOf(root),
      bytesOf(path),
      device,
      signedInode,
      sizeBytes,
      modifiedNs,
      changedNs,
      links,
      linkGroup ?? null,
    );
  }
}

function updateVerified(db: Database, verified: readonly { operation: StagedOperation; facts: VerifiedFacts }[]): void {
  const update = db.prepare(
    `UPDATE operations SET state = 'verified', stored_as = ?, stored_bytes = ?, sha256 = ?, stored_sha256 = ?, compression = ?, facts = ?
     WHERE run = ? AND job = ? AND seq = ?`,
  );
  for (const { operation, facts } of verified) {
    const { storedAs, storedBytes, sha256, storedSha256, compression } = facts;
    const { run, job, seq } = operation;
    update.run(
      bytesOf(storedAs),
      storedBytes,
      sha256,
      storedSha256,
      compression,
      JSON.stringify(facts.facts),
      run,
      job,
      seq,
    );
  }
}

/** One placement for each published operation; a range in one statement, since each file costs three writes already. */
function insertPlacements(db: Database, range: OperationRange, facts: { host: string; nowMs: number }): void {
  const { run, job, first, last } = range;
  const insert = db.prepare(
    `INSERT INTO placements
     SELECT run || '.' || job || '.' || seq, ?, job, tier, CAST(root || CASE root WHEN x'2f' THEN '' ELSE '/' END || path AS BLOB),
       stored_as, 'stored', ?, modified_ns, size_bytes, stored_bytes, sha256, stored_sha256, compression, facts,
       run || '.' || job || '.' || link_group, ?
     FROM operations WHERE run = ? AND job = ? AND seq BETWEEN ? AND ? AND state = 'verified'
     ON CONFLICT (path, modified_ns, tier, stored_as) DO UPDATE SET state = 'stored', verified_at = excluded.verified_at`,
  );
  insert.run(facts.host, facts.nowMs, facts.nowMs, run, job, first, last);
  const update = db.prepare(
    "UPDATE operations SET state = 'published' WHERE run = ? AND job = ? AND seq BETWEEN ? AND ? AND state = 'verified'",
  );
  update.run(run, job, first, last);
}

function deleteOperations(db: Database, operations: readonly StagedOperation[]): void {
  const remove = db.prepare("DELETE FROM operations WHERE run = ? AND job = ? AND seq = ?");
  for (const { run, job, seq } of operations) remove.run(run, job, seq);
}

type Row = Record<string, unknown>;

function toStagingOwner(row: Row): StagingOwner {
  return {
    run: String(row.run),
    job: String(row.job),
    tier: String(row.tier),
    tierUuid: String(row.tier_uuid),
  };
}

function toOperation(row: Row): Operation {
  return {
    run: String(row.run),
    job: String(row.job),
    seq: Number(row.seq),
    state: String(row.state) as OperationState,
    tier: String(row.tier),
    root: rawPathOfBytes(row.root as Uint8Array),
    path: rawPathOfBytes(row.path as Uint8Array),
    identity: {
      device: Number(row.device),
      inode: BigInt.asUintN(64, row.inode as bigint),
      sizeBytes: Number(row.size_bytes),
      modifiedNs: row.modified_ns as bigint,
      changedNs: row.changed_ns as bigint,
      links: Number(row.links),
    },
    linkGroup: row.link_group === null ? undefined : Number(row.link_group),
    verified: row.stored_as === null ? undefined : toVerifiedFacts(row),
  };
}

function toVerifiedFacts(row: Row): VerifiedFacts {
  return {
    storedAs: rawPathOfBytes(row.stored_as as Uint8Array),
    storedBytes: Number(row.stored_bytes),
    sha256: String(row.sha256),
    storedSha256: String(row.stored_sha256),
    compression: String(row.compression) as StoredCompression,
    facts: JSON.parse(String(row.facts)) as FileFacts,
  };
}
