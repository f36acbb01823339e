import { DatabaseSync } from "node:sqlite";
import type { FileKind } from "../host/stat.ts";
import { bytesOf, type RawPath, rawPathOfBytes } from "../lib/raw-path.ts";

/** The very file or directory that was planned; a difference in any of these means that it stays. */
export interface RemovalIdentity {
  readonly kind: FileKind;
  readonly device: number;
  readonly inode: bigint;
  readonly sizeBytes: number;
  readonly allocatedBytes: number;
  readonly accessedNs: bigint;
  readonly modifiedNs: bigint;
  readonly changedNs: bigint;
  readonly bornNs: bigint | undefined;
  readonly links: number;
}

/** One thing that is to go: not a directory. */
export interface Removal {
  /** From the root. */
  readonly directory: RawPath;
  readonly name: RawPath;
  readonly identity: RemovalIdentity;
}

/** A directory that is to go once it is empty. */
export interface DirectoryRemoval {
  readonly path: RawPath;
  readonly identity: RemovalIdentity;
}

export interface RemovalTotals {
  /** Directories included. */
  readonly files: number;
  readonly bytes: number;
  readonly oldestNs: bigint | undefined;
}

/** What one plan removes, in a temporary table of this process, so that a million of them never stand in memory. */
export interface RemovalTable extends Disposable {
  /** A directory that is being read; `verdict` is why it stays even when it is empty. Parents come first. */
  readonly enter: (path: RawPath, identity: RemovalIdentity, verdict: string | undefined) => void;
  /** Into the directory that was entered last. */
  readonly add: (name: RawPath, identity: RemovalIdentity) => void;
  /** Something in this directory stays, so it does, and all above it. */
  readonly keep: (directory: RawPath) => void;
  /** Takes out the files whose other links are not all here, handing each to `drop` (HAZARDS D2, M14). */
  readonly dropSplitGroups: (drop: (path: RawPath) => void) => void;
  readonly totals: () => RemovalTotals;
  /** What has one link, a directory's together. */
  readonly single: () => Iterable<Removal>;
  /** What has several, the links of one file together. */
  readonly linked: () => Iterable<Removal>;
  /** Those that will be empty, deepest first. */
  readonly directories: () => Iterable<DirectoryRemoval>;
  /** Those that will be empty, and stay all the same. */
  readonly staying: () => Iterable<{ readonly path: RawPath; readonly verdict: string }>;
}

const identityColumns = `kind TEXT NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL, size_bytes INTEGER NOT NULL,
  allocated_bytes INTEGER NOT NULL, accessed_ns INTEGER NOT NULL, modified_ns INTEGER NOT NULL,
  changed_ns INTEGER NOT NULL, born_ns INTEGER, links INTEGER NOT NULL`;

export function openRemovalTable(): RemovalTable {
  const db = new DatabaseSync("");
  db.exec(`
    PRAGMA temp_store = FILE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384;
    CREATE TABLE directories (
      id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE, verdict TEXT, stays INTEGER NOT NULL, ${identityColumns}
    ) STRICT;
    CREATE TABLE removals (directory INTEGER NOT NULL, name BLOB NOT NULL, ${identityColumns}) STRICT;
    BEGIN`);
  const enter = db.prepare("INSERT INTO directories VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const add = db.prepare("INSERT INTO removals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const stay = db.prepare("UPDATE directories SET stays = 1 WHERE path = ? AND stays = 0");
  let last = 0;
  let kept: RawPath | undefined;
  const rows = function* (condition: string): Generator<Removal> {
    for (const row of iterate(db, `${removalRows} ${condition}`)) yield toRemoval(row);
  };
  const keep = (directory: RawPath) => {
    if (directory === kept) return;
    kept = directory;
    for (let at = directory; stay.run(bytesOf(at)).changes === 1 && at !== ""; ) at = above(at);
  };
  return {
    enter: (path, identity, verdict) => {
      last += 1;
      enter.run(last, bytesOf(path), verdict ?? null, ...columnsOf(identity));
    },
    add: (name, identity) => {
      add.run(last, bytesOf(name), ...columnsOf(identity));
    },
    keep,
    dropSplitGroups: (drop) => {
      for (const { directory, name } of rows(`WHERE ${splitGroups}`)) {
        keep(directory);
        drop(below(directory, name));
      }
      db.exec(`DELETE FROM removals AS r WHERE ${splitGroups}`);
    },
    totals: () => readTotals(db),
    single: () => rows("WHERE r.links = 1 ORDER BY r.rowid"),
    linked: () => rows("WHERE r.links > 1 ORDER BY r.device, r.inode, r.rowid"),
    directories: function* () {
      for (const row of iterate(db, `SELECT * FROM directories WHERE ${empty} AND verdict IS NULL ORDER BY id DESC`)) {
        yield { path: rawPathOfBytes(row.path as Uint8Array), identity: toIdentity(row) };
      }
    },
    staying: function* () {
      for (const row of iterate(db, `SELECT path, verdict FROM directories WHERE ${empty} AND verdict IS NOT NULL`)) {
        yield { path: rawPathOfBytes(row.path as Uint8Array), verdict: String(row.verdict) };
      }
    },
    [Symbol.dispose]: () => db.close(),
  };
}

const removalRows = "SELECT d.path AS directory_path, r.* FROM removals r JOIN directories d ON d.id = r.directory";
const empty = "stays = 0 AND path <> x''";
const splitGroups = `r.links > 1 AND (r.device, r.inode) IN (
  SELECT device, inode FROM removals WHERE links > 1 GROUP BY device, inode HAVING count(*) <> max(links))`;

function* iterate(db: DatabaseSync, sql: string): Generator<Record<string, unknown>> {
  const query = db.prepare(sql);
  query.setReadBigInts(true);
  yield* query.iterate();
}

function above(path: RawPath): RawPath {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0)) as RawPath;
}

function below(directory: RawPath, name: RawPath): RawPath {
  return (directory === "" ? name : `${directory}/${name}`) as RawPath;
}

function columnsOf(identity: RemovalIdentity) {
  const { kind, device, inode, sizeBytes, allocatedBytes, accessedNs, modifiedNs, changedNs, bornNs, links } = identity;
  const signed = BigInt.asIntN(64, inode);
  return [
    kind,
    device,
    signed,
    sizeBytes,
    allocatedBytes,
    accessedNs,
    modifiedNs,
    changedNs,
    bornNs ?? null,
    links,
  ] as const;
}

function readTotals(db: DatabaseSync): RemovalTotals {
  const [row] = iterate(
    db,
    `SELECT count(*) AS files, total(size_bytes) AS bytes, min(modified_ns) AS oldest FROM (
      SELECT size_bytes, modified_ns FROM removals
      UNION ALL SELECT 0, modified_ns FROM directories WHERE ${empty} AND verdict IS NULL)`,
  );
  return {
    files: Number(row?.files ?? 0),
    bytes: Number(row?.bytes ?? 0),
    oldestNs: typeof row?.oldest === "bigint" ? row.oldest : undefined,
  };
}

function toRemoval(row: Record<string, unknown>): Removal {
  return {
    directory: rawPathOfBytes(row.directory_path as Uint8Array),
    name: rawPathOfBytes(row.name as Uint8Array),
    identity: toIdentity(row),
  };
}

function toIdentity(row: Record<string, unknown>): RemovalIdentity {
  return {
    kind: String(row.kind) as FileKind,
    device: Number(row.device),
    inode: BigInt.asUintN(64, row.inode as bigint),
    sizeBytes: Number(row.size_bytes),
    allocatedBytes: Number(row.allocated_bytes),
    accessedNs: row.accessed_ns as bigint,
    modifiedNs: row.modified_ns as bigint,
    changedNs: row.changed_ns as bigint,
    bornNs: row.born_ns === null ? undefined : (row.born_ns as bigint),
    links: Number(row.links),
  };
}
