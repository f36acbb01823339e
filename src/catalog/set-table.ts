import { DatabaseSync } from "node:sqlite";
import type { RawPath } from "../lib/raw-path.ts";
import { inTempFile } from "./in-temp-file.ts";
import { toIdentity } from "./journal-rows.ts";
import type { SourceIdentity } from "./operation.ts";
import type { Step } from "./step-table.ts";

/** What lies directly in a source and goes whole. */
export interface PlannedSet {
  readonly id: number;
  /** Its name in the source. */
  readonly entry: RawPath;
  readonly kind: "file" | "directory";
  /** Of its newest file. */
  readonly newestNs: bigint;
  /** Files and links. */
  readonly files: number;
  /** The content of hard links counts once. */
  readonly bytes: number;
  readonly roomBytes: number;
  /** What the source's file system gets back. */
  readonly allocatedBytes: number;
}

export type MemberKind = "file" | "directory" | "link";

/** Something in a set: its file, its directory, itself included, its link. */
export interface Member {
  /** From the source's root. */
  readonly path: RawPath;
  readonly kind: MemberKind;
  readonly identity: SourceIdentity;
  /** Of a file: what it takes on the tier at most. */
  readonly roomBytes: number;
  readonly allocatedBytes: number;
}

export interface MemberFacts {
  readonly facts: string;
  readonly target: RawPath | undefined;
}

/** A directory or link, with what `describe` told. */
export type DescribedMember = Member & MemberFacts;

export interface SetTotals {
  readonly sets: number;
  readonly files: number;
  readonly bytes: number;
  readonly allocatedBytes: number;
  readonly oldestNs: bigint | undefined;
}

/** The sets of one plan with all that is in them, in a temporary table of this process, so that none stands in memory. */
export interface SetTable extends Disposable {
  /** Begins a set; what is added next is in it. */
  readonly begin: (entry: RawPath, kind: PlannedSet["kind"]) => number;
  readonly add: (member: Member) => void;
  /** The set is whole, and what it comes to is added up. */
  readonly end: (id: number, newestNs: bigint) => void;
  readonly drop: (id: number) => void;
  /** A file of a set with links that are not in it (HAZARDS M14). */
  readonly linkedElsewhere: (id: number) => RawPath | undefined;
  readonly setRoom: (id: number, path: RawPath, roomBytes: number) => void;
  readonly totals: () => SetTotals;
  /** By their newest file, the oldest first. */
  readonly sets: () => Iterable<PlannedSet>;
  /** The files that were not copied yet, the links of one file together. */
  readonly files: (id: number) => Iterable<Step>;
  /** Directories and links, what is in a directory before it. */
  readonly others: (id: number) => Iterable<DescribedMember>;
  readonly countFiles: (id: number) => number;
  readonly member: (id: number, path: RawPath) => Member | undefined;
  readonly markCopied: (id: number, path: RawPath) => void;
  /** What is known of a directory or link besides its identity: `printFacts`, and where a link points. */
  readonly describe: (id: number, path: RawPath, facts: MemberFacts) => void;
}

const kinds = ["file", "directory", "link"] as const satisfies readonly MemberKind[];

export function openSetTable(): SetTable {
  const db = new DatabaseSync("");
  db.exec(schema);
  const insert = db.prepare("INSERT INTO members VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, NULL, NULL)");
  const one = db.prepare("SELECT * FROM members WHERE set_id = ? AND path = ?");
  one.setReadBigInts(true);
  const mark = db.prepare("UPDATE members SET copied = 1 WHERE set_id = ? AND path = ?");
  const describe = db.prepare("UPDATE members SET facts = ?, target = ? WHERE set_id = ? AND path = ?");
  const setRoom = db.prepare("UPDATE members SET room_bytes = ? WHERE set_id = ? AND path = ?");
  let last = 0;
  return {
    begin: (entry, kind) => {
      last += 1;
      inTempFile(() => db.prepare("INSERT INTO sets (id, entry, kind) VALUES (?, ?, ?)").run(last, entry, kind));
      return last;
    },
    add: ({ path, kind, identity, roomBytes, allocatedBytes }) => {
      const { device, sizeBytes, modifiedNs, changedNs, links } = identity;
      const inode = BigInt.asIntN(64, identity.inode);
      const numbers = [device, inode, sizeBytes, modifiedNs, changedNs, links, roomBytes, allocatedBytes] as const;
      inTempFile(() => insert.run(last, path, kinds.indexOf(kind), ...numbers));
    },
    end: (id, newestNs) => void inTempFile(() => db.prepare(summing).run(newestNs, id)),
    drop: (id) => {
      inTempFile(() => db.prepare("DELETE FROM members WHERE set_id = ?").run(id));
      db.prepare("DELETE FROM sets WHERE id = ?").run(id);
    },
    linkedElsewhere: (id) => db.prepare(splitGroup).get(id)?.path as RawPath | undefined,
    setRoom: (id, path, roomBytes) => {
      inTempFile(() => setRoom.run(roomBytes, id, path));
    },
    totals: () => readTotals(db),
    sets: () => iterate(db, "SELECT * FROM sets ORDER BY newest_ns, entry", toSet),
    files: (id) =>
      iterate(db, `SELECT * FROM members WHERE set_id = ${id} AND kind = 0 AND copied = 0 ${fileOrder}`, toStep),
    others: (id) =>
      iterate(db, `SELECT * FROM members WHERE set_id = ${id} AND kind <> 0 ORDER BY path DESC`, toDescribed),
    countFiles: (id) =>
      Number(db.prepare("SELECT count(*) AS files FROM members WHERE set_id = ? AND kind = 0").get(id)?.files),
    member: (id, path) => {
      const row = one.get(id, path);
      return row === undefined ? undefined : toMember(row);
    },
    markCopied: (id, path) => {
      inTempFile(() => mark.run(id, path));
    },
    describe: (id, path, { facts, target }) => {
      inTempFile(() => describe.run(facts, target ?? null, id, path));
    },
    [Symbol.dispose]: () => db.close(),
  };
}

/** Paths are kept as the strings that they are here, a char for each byte, as in the table of steps. */
const schema = `
  PRAGMA temp_store = FILE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384;
  CREATE TABLE sets (
    id INTEGER PRIMARY KEY, entry TEXT NOT NULL, kind TEXT NOT NULL, newest_ns INTEGER, files INTEGER, bytes INTEGER,
    room_bytes INTEGER, allocated_bytes INTEGER
  ) STRICT;
  CREATE TABLE members (
    set_id INTEGER NOT NULL, path TEXT NOT NULL, kind INTEGER NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL, modified_ns INTEGER NOT NULL, changed_ns INTEGER NOT NULL, links INTEGER NOT NULL,
    room_bytes INTEGER NOT NULL, allocated_bytes INTEGER NOT NULL, copied INTEGER NOT NULL, facts TEXT, target TEXT,
    PRIMARY KEY (set_id, path)
  ) STRICT, WITHOUT ROWID;
  BEGIN`;

const summing = `UPDATE sets SET newest_ns = ?1,
  (files, bytes, room_bytes, allocated_bytes) = (
    SELECT count(*) FILTER (WHERE kind <> 1), CAST(round(total(1.0 * size_bytes / links) FILTER (WHERE kind <> 1)) AS INTEGER),
      coalesce(sum(room_bytes), 0), coalesce(sum(allocated_bytes), 0)
    FROM members WHERE set_id = ?2)
  WHERE id = ?2`;

const splitGroup = `SELECT path FROM members WHERE set_id = ? AND kind = 0 AND links > 1
  GROUP BY device, inode HAVING count(*) <> max(links) LIMIT 1`;

const fileOrder = "ORDER BY links > 1, CASE WHEN links > 1 THEN device END, CASE WHEN links > 1 THEN inode END, path";

type Row = Readonly<Record<string, unknown>>;

function* iterate<T>(db: DatabaseSync, sql: string, convert: (row: Row) => T): Generator<T> {
  const query = db.prepare(sql);
  query.setReadBigInts(true);
  for (const row of query.iterate()) yield convert(row);
}

function toSet(row: Row): PlannedSet {
  return {
    id: Number(row.id),
    entry: row.entry as RawPath,
    kind: row.kind as PlannedSet["kind"],
    newestNs: row.newest_ns as bigint,
    files: Number(row.files),
    bytes: Number(row.bytes),
    roomBytes: Number(row.room_bytes),
    allocatedBytes: Number(row.allocated_bytes),
  };
}

function toMember(row: Row): Member {
  return {
    path: row.path as RawPath,
    kind: kinds[Number(row.kind)] ?? "file",
    identity: toIdentity(row),
    roomBytes: Number(row.room_bytes),
    allocatedBytes: Number(row.allocated_bytes),
  };
}

/** Within a set no file goes before another. */
function toStep(row: Row): Step {
  const member = toMember(row);
  return { ...member, stampNs: member.identity.modifiedNs };
}

function toDescribed(row: Row): DescribedMember {
  const target = row.target === null ? undefined : (row.target as RawPath);
  return { ...toMember(row), facts: String(row.facts ?? ""), target };
}

function readTotals(db: DatabaseSync): SetTotals {
  const [totals] = iterate(
    db,
    `SELECT count(*) AS sets, total(files) AS files, total(bytes) AS bytes, total(allocated_bytes) AS allocated,
      min(newest_ns) AS oldest FROM sets`,
    (row) => ({
      sets: Number(row.sets),
      files: Number(row.files),
      bytes: Number(row.bytes),
      allocatedBytes: Number(row.allocated),
      oldestNs: typeof row.oldest === "bigint" ? row.oldest : undefined,
    }),
  );
  return totals ?? { sets: 0, files: 0, bytes: 0, allocatedBytes: 0, oldestNs: undefined };
}
