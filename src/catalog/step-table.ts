import { DatabaseSync } from "node:sqlite";
import type { RawPath } from "../lib/raw-path.ts";
import { asTempFileError, inTempFile } from "./in-temp-file.ts";
import type { SourceIdentity } from "./operation.ts";

/** One planned file. */
export interface Step {
  /** From the source's root. */
  readonly path: RawPath;
  readonly identity: SourceIdentity;
  /** What its age is counted from: its modification or its last use (nanoseconds since 1970). */
  readonly stampNs: bigint;
  /** What it takes on the tier at most; of hard links, each one's share. */
  readonly roomBytes: number;
  /** What the source's file system gets back when it is gone, likewise. */
  readonly allocatedBytes: number;
}

export interface StepTotals {
  readonly files: number;
  /** The content of hard links counts once. */
  readonly bytes: number;
  readonly roomBytes: number;
  readonly allocatedBytes: number;
  readonly oldestNs: bigint | undefined;
}

export interface StepCap {
  readonly files: number | undefined;
  readonly bytes: number | undefined;
}

/**
 * The steps of one plan, in a temporary table of this process, so that a million of them never stand in memory. Paths
 * are kept as the strings that they are here, a char for each byte: nobody else reads this table. What does not fit
 * into SQLite's cache goes into a file: all throw OperatorError TEMP_FILE when that cannot be written.
 */
export interface StepTable extends Disposable {
  readonly add: (step: Step) => void;
  readonly clear: () => void;
  /** Takes out the files whose other links are not all here, handing each to `drop` (HAZARDS M14). */
  readonly dropSplitGroups: (drop: (path: RawPath) => void) => void;
  /** Takes out what does not fit into `bytes`, oldest first, handing each to `drop`; returns how many. */
  readonly dropBeyond: (bytes: number, drop: (path: RawPath) => void) => void;
  /** Takes out what is not needed to free so many bytes, oldest first. */
  readonly dropUnneeded: (bytes: number, drop: (path: RawPath) => void) => void;
  /** Takes out what is more than so much, oldest first; the first file goes, however large. */
  readonly dropOverCap: (cap: StepCap, drop: (path: RawPath) => void) => void;
  readonly totals: () => StepTotals;
  /** Oldest first; the links of one file stand together. */
  readonly steps: () => Iterable<Step>;
}

const order = "ORDER BY stamp_ns, device, inode, path";

type Row = readonly [
  path: RawPath,
  device: bigint,
  inode: bigint,
  sizeBytes: bigint,
  modifiedNs: bigint,
  changedNs: bigint,
  links: bigint,
  roomBytes: bigint,
  allocatedBytes: bigint,
  stampNs: bigint,
];

export function openStepTable(): StepTable {
  const db = new DatabaseSync("");
  db.exec(`
    PRAGMA temp_store = FILE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384;
    CREATE TABLE steps (
      path TEXT NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL, size_bytes INTEGER NOT NULL,
      modified_ns INTEGER NOT NULL, changed_ns INTEGER NOT NULL, links INTEGER NOT NULL, room_bytes INTEGER NOT NULL,
      allocated_bytes INTEGER NOT NULL, stamp_ns INTEGER NOT NULL
    ) STRICT;
    BEGIN`);
  const insert = db.prepare("INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const dropRows = (condition: string, drop: (path: RawPath) => void) => {
    for (const row of db.prepare(`SELECT path FROM steps WHERE ${condition}`).iterate()) {
      drop(row.path as RawPath);
    }
    db.exec(`DELETE FROM steps WHERE ${condition}`);
  };
  return {
    add: ({ path, identity, roomBytes, allocatedBytes, stampNs }) => {
      const { device, sizeBytes, modifiedNs, changedNs, links } = identity;
      const inode = BigInt.asIntN(64, identity.inode);
      const numbers = [sizeBytes, modifiedNs, changedNs, links, roomBytes, allocatedBytes, stampNs] as const;
      inTempFile(() => insert.run(path, device, inode, ...numbers));
    },
    clear: () => inTempFile(() => db.exec("DELETE FROM steps")),
    dropSplitGroups: (drop) => inTempFile(() => dropRows(splitGroups, drop)),
    dropBeyond: (bytes, drop) => inTempFile(() => dropRows(beyond(bytes), drop)),
    dropUnneeded: (bytes, drop) => inTempFile(() => dropRows(unneeded(bytes), drop)),
    dropOverCap: (cap, drop) => inTempFile(() => dropRows(overCap(cap), drop)),
    totals: () => inTempFile(() => readTotals(db)),
    steps: function* () {
      const query = db.prepare(`SELECT * FROM steps ${order}`);
      query.setReadBigInts(true);
      // An object for each row would take as long as all the rest.
      query.setReturnArrays(true);
      try {
        for (const row of query.iterate()) yield toStep(row as unknown as Row);
      } catch (error) {
        throw asTempFileError(error);
      }
    },
    [Symbol.dispose]: () => db.close(),
  };
}

const splitGroups = `links > 1 AND (device, inode) IN (
  SELECT device, inode FROM steps WHERE links > 1 GROUP BY device, inode HAVING count(*) <> max(links))`;

/** A file that could never fit does not keep smaller, younger ones from going. */
function beyond(bytes: number): string {
  const room = Math.max(Math.floor(bytes), 0);
  return `room_bytes * links > ${room} OR rowid IN (
    SELECT rowid FROM (
      SELECT rowid, total(room_bytes) OVER (${order} ROWS UNBOUNDED PRECEDING) AS total
      FROM steps WHERE room_bytes * links <= ${room})
    WHERE total > ${room})`;
}

function unneeded(bytes: number): string {
  return `rowid IN (
    SELECT rowid FROM (
      SELECT rowid, total(allocated_bytes) OVER (${order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
      FROM steps)
    WHERE before >= ${Math.ceil(bytes)})`;
}

/** All links of one file count as one content. */
function overCap({ files, bytes }: StepCap): string {
  const limits = [
    ...(files === undefined ? [] : [`number > ${files}`]),
    ...(bytes === undefined ? [] : [`total > ${bytes}`]),
  ];
  return `rowid IN (
    SELECT rowid FROM (
      SELECT rowid, device, inode, row_number() OVER (${order}) AS number,
        total(1.0 * size_bytes / links) OVER (${order} ROWS UNBOUNDED PRECEDING) AS total
      FROM steps)
    WHERE (${limits.join(" OR ")}) AND (device, inode) <> (SELECT device, inode FROM steps ${order} LIMIT 1))`;
}

function readTotals(db: DatabaseSync): StepTotals {
  const query = db.prepare(
    `SELECT count(*) AS files, round(total(1.0 * size_bytes / links)) AS bytes, total(room_bytes) AS room, total(allocated_bytes) AS allocated,
      min(modified_ns) AS oldest
      FROM steps`,
  );
  query.setReadBigInts(true);
  const row = query.get();
  return {
    files: Number(row?.files ?? 0),
    bytes: Number(row?.bytes ?? 0),
    roomBytes: Number(row?.room ?? 0),
    allocatedBytes: Number(row?.allocated ?? 0),
    oldestNs: typeof row?.oldest === "bigint" ? row.oldest : undefined,
  };
}

function toStep([path, device, inode, sizeBytes, modifiedNs, changedNs, links, room, allocated, stampNs]: Row): Step {
  const identity = {
    device: Number(device),
    inode: BigInt.asUintN(64, inode),
    sizeBytes: Number(sizeBytes),
    modifiedNs,
    changedNs,
    links: Number(links),
  };
  return { path, identity, stampNs, roomBytes: Number(room), allocatedBytes: Number(allocated) };
}
