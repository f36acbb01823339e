import { DatabaseSync } from "node:sqlite";
import { deviceIn, inodeIn, linksIn, modifiedNsIn, sizeBytesIn } from "../host/stat-bytes.ts";
import { bytesOf, parentOf, pathIn, type RawPath, rawPathOfBytes } from "../lib/raw-path.ts";
import { addTotals, noTotals, openPacker, type PackedTotals, unpack } from "./packed-removals.ts";

/** One thing that is to go: not a directory. */
export interface Removal {
  /** From the root. */
  readonly directory: RawPath;
  readonly name: RawPath;
  /** What the plan saw (`stat-bytes.ts` reads it): a difference means that it stays. */
  readonly stat: Buffer;
}

/** Things of one directory that are to go and have one link each (`packed-removals.ts` unpacks them). */
export interface RemovalPack {
  readonly directory: RawPath;
  readonly packed: Uint8Array;
}

/** A directory that is to go once it is empty. */
export interface DirectoryRemoval {
  readonly path: RawPath;
  readonly stat: Buffer;
}

interface StayingDirectory {
  readonly path: RawPath;
  readonly verdict: string;
}

export interface RemovalTotals {
  /** Directories included. */
  readonly files: number;
  readonly bytes: number;
  readonly oldestNs: bigint | undefined;
}

/** What one plan removes, in a temporary table of this process, so that a million of them never stand in memory. */
export interface RemovalTable extends Disposable {
  /** A directory; `verdict` is why it stays even when it is empty. Parents come first. */
  readonly enter: (directory: DirectoryRemoval, verdict: string | undefined) => void;
  /** A thing in the directory that was entered last. */
  readonly add: (name: RawPath, stat: Buffer) => void;
  /** Things in it that have one link each, packed already (`packed-removals.ts`), and what they come to. */
  readonly addPacks: (packs: readonly Uint8Array[], totals: PackedTotals) => void;
  /** Something in this directory stays, so it does, and all above it. */
  readonly keep: (directory: RawPath) => void;
  /** Takes out the files whose other links are not all here, handing each to `drop` (HAZARDS D2, M14). */
  readonly dropSplitGroups: (drop: (path: RawPath) => void) => void;
  readonly totals: () => RemovalTotals;
  /** Takes everything out. */
  readonly clear: () => void;
  /** What has one link, a directory's together; the packs have the same in the same order. */
  readonly packs: () => Iterable<RemovalPack>;
  readonly single: () => Iterable<Removal>;
  /** What has several, the links of one file together. */
  readonly linked: () => Iterable<Removal>;
  /** Those that will be empty, deepest first. */
  readonly directories: () => Iterable<DirectoryRemoval>;
  /** Those that will be empty, and stay all the same. */
  readonly staying: () => Iterable<StayingDirectory>;
}

export function openRemovalTable(): RemovalTable {
  const db = new DatabaseSync("");
  db.exec(schema);
  const statements = prepare(db);
  const newPacker = () => openPacker((directory, packed) => statements.addPacked.run(directory, packed));
  let packer = newPacker();
  let ready = noTotals;
  let last = 0;
  let kept: RawPath | undefined;
  const keep = (directory: RawPath) => {
    if (directory === kept) return;
    kept = directory;
    for (let at = directory; statements.stay.run(bytesOf(at)).changes === 1 && at !== ""; ) at = parentOf(at);
  };
  return {
    keep,
    enter: ({ path, stat }, verdict) => {
      last += 1;
      statements.enter.run(last, bytesOf(path), verdict ?? null, modifiedNsIn(stat), stat);
    },
    add: (name, stat) => {
      if (linksIn(stat) === 1) packer.add(last, name, stat);
      else {
        const inode = BigInt.asIntN(64, inodeIn(stat));
        const facts = [deviceIn(stat), inode, linksIn(stat), sizeBytesIn(stat), modifiedNsIn(stat)] as const;
        statements.addLinked.run(last, bytesOf(name), ...facts, stat);
      }
    },
    addPacks: (packs, totals) => {
      for (const packed of packs) statements.addPacked.run(last, packed);
      ready = addTotals(ready, totals);
    },
    dropSplitGroups: (drop) => {
      for (const { directory, name } of linkedRows(db, `WHERE ${splitGroups}`)) {
        keep(directory);
        drop(pathIn(directory, name));
      }
      db.exec(`DELETE FROM linked AS l WHERE ${splitGroups}`);
    },
    totals: () => readTotals(db, addTotals(ready, packer.totals())),
    clear: () => {
      [kept, packer, ready] = [undefined, newPacker(), noTotals];
      db.exec("DELETE FROM directories; DELETE FROM packed; DELETE FROM linked");
    },
    packs: () => {
      packer.flush();
      return packRows(db);
    },
    single: () => {
      packer.flush();
      return singleRows(db);
    },
    linked: () => linkedRows(db, "ORDER BY l.device, l.inode, l.rowid"),
    directories: () => directoryRows(db),
    staying: () => stayingRows(db),
    [Symbol.dispose]: () => db.close(),
  };
}

const schema = `
  PRAGMA temp_store = FILE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384;
  CREATE TABLE directories (
    id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE, verdict TEXT, stays INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL, stat BLOB NOT NULL
  ) STRICT;
  CREATE TABLE packed (directory INTEGER NOT NULL, removals BLOB NOT NULL) STRICT;
  CREATE TABLE linked (
    directory INTEGER NOT NULL, name BLOB NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL,
    links INTEGER NOT NULL, size_bytes INTEGER NOT NULL, modified_ns INTEGER NOT NULL, stat BLOB NOT NULL
  ) STRICT;
  BEGIN`;

const empty = "stays = 0 AND path <> x''";
const splitGroups = `(l.device, l.inode) IN (
  SELECT device, inode FROM linked GROUP BY device, inode HAVING count(*) <> max(links))`;

function prepare(db: DatabaseSync) {
  return {
    enter: db.prepare("INSERT INTO directories VALUES (?, ?, ?, 0, ?, ?)"),
    stay: db.prepare("UPDATE directories SET stays = 1 WHERE path = ? AND stays = 0"),
    addPacked: db.prepare("INSERT INTO packed VALUES (?, ?)"),
    addLinked: db.prepare("INSERT INTO linked VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
  };
}

function* iterate(db: DatabaseSync, sql: string): Generator<Record<string, unknown>> {
  const query = db.prepare(sql);
  query.setReadBigInts(true);
  yield* query.iterate();
}

function* packRows(db: DatabaseSync): Generator<RemovalPack> {
  const sql = "SELECT d.path, p.removals FROM packed p JOIN directories d ON d.id = p.directory ORDER BY p.rowid";
  for (const { path, removals } of iterate(db, sql)) yield { directory: pathOf(path), packed: bufferOf(removals) };
}

function* singleRows(db: DatabaseSync): Generator<Removal> {
  for (const { directory, packed } of packRows(db)) {
    for (const { name, stat } of unpack(packed)) yield { directory, name, stat };
  }
}

function* linkedRows(db: DatabaseSync, condition: string): Generator<Removal> {
  const sql = `SELECT d.path, l.name, l.stat FROM linked l JOIN directories d ON d.id = l.directory ${condition}`;
  for (const row of iterate(db, sql)) {
    yield { directory: pathOf(row.path), name: pathOf(row.name), stat: bufferOf(row.stat) };
  }
}

function* directoryRows(db: DatabaseSync): Generator<DirectoryRemoval> {
  const sql = `SELECT path, stat FROM directories WHERE ${empty} AND verdict IS NULL ORDER BY id DESC`;
  for (const row of iterate(db, sql)) yield { path: pathOf(row.path), stat: bufferOf(row.stat) };
}

function* stayingRows(db: DatabaseSync): Generator<StayingDirectory> {
  const sql = `SELECT path, verdict FROM directories WHERE ${empty} AND verdict IS NOT NULL`;
  for (const row of iterate(db, sql)) yield { path: pathOf(row.path), verdict: String(row.verdict) };
}

function pathOf(value: unknown): RawPath {
  return rawPathOfBytes(value as Uint8Array);
}

function bufferOf(value: unknown): Buffer {
  const { buffer, byteOffset, byteLength } = value as Uint8Array<ArrayBuffer>;
  return Buffer.from(buffer, byteOffset, byteLength);
}

function readTotals(db: DatabaseSync, single: PackedTotals): RemovalTotals {
  const [row] = iterate(
    db,
    `SELECT count(*) AS files, total(size_bytes) AS bytes, min(modified_ns) AS oldest FROM (
      SELECT size_bytes, modified_ns FROM linked
      UNION ALL SELECT 0, modified_ns FROM directories WHERE ${empty} AND verdict IS NULL)`,
  );
  const stamps = [single.oldestNs, row?.oldest].filter((ns) => typeof ns === "bigint");
  return {
    files: single.files + Number(row?.files ?? 0),
    bytes: single.bytes + Number(row?.bytes ?? 0),
    oldestNs: stamps.sort((a, b) => (a < b ? -1 : 1))[0],
  };
}
