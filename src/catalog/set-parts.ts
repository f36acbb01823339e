import { bytesOf, type RawPath, rawPathOfBytes } from "../lib/raw-path.ts";
import type { Database } from "./database.ts";
import type { PartLine } from "./manifest.ts";
import type { OperationKey } from "./operation.ts";
import type { OpenSet } from "./sets.ts";

/** What of a set is no file: a directory, or a symbolic link. */
export interface SetPart {
  readonly kind: "directory" | "link";
  readonly seq: number;
  /** The original path, absolute. */
  readonly path: RawPath;
  /** From the tier's root. */
  readonly storedAs: RawPath;
  readonly inode: bigint;
  readonly modifiedNs: bigint;
  /** Of a link. */
  readonly target: RawPath | undefined;
  /** `printFacts` of all else. */
  readonly facts: string;
}

/** A directory or link as it is stored. */
export interface StoredPart extends SetPart, OperationKey {
  readonly tier: string;
}

/** The directories and links of all sets that lie on tiers. */
export interface Parts {
  /** The newest of each path that a predicate picks, parents before what is in them. */
  readonly matching: (isMeant: (path: RawPath) => boolean) => Iterable<StoredPart>;
}

export function openParts(db: Database): Parts {
  return {
    matching: function* (isMeant) {
      let last: RawPath | undefined;
      const query = db.prepare("SELECT * FROM parts WHERE state = 'stored' ORDER BY path, modified_ns DESC");
      query.setReadBigInts(true);
      for (const row of query.iterate()) {
        const part = { ...toPart(row), run: String(row.run), job: String(row.job), tier: String(row.tier) };
        if (part.path === last || !isMeant(part.path)) continue;
        last = part.path;
        yield part;
      }
    },
  };
}

export function insertParts(db: Database, set: OpenSet, parts: Iterable<SetPart>): void {
  const insert = db.prepare("INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'named', ?)");
  for (const { kind, seq, path, storedAs, inode, modifiedNs, target, facts } of parts) {
    const link = target === undefined ? null : bytesOf(target);
    const names = [bytesOf(path), modifiedNs, set.tier, bytesOf(storedAs)] as const;
    insert.run(...names, set.run, set.job, set.seq, seq, kind, link, facts, BigInt.asIntN(64, inode));
  }
}

export function deleteParts(db: Database, { run, job, seq }: OperationKey): void {
  db.prepare("DELETE FROM parts WHERE run = ? AND job = ? AND of_set = ? AND state = 'named'").run(run, job, seq);
}

/** What is in a directory comes before it. */
export function* readPartsOf(db: Database, { run, job, seq }: OperationKey): Generator<SetPart> {
  const query = db.prepare("SELECT * FROM parts WHERE run = ? AND job = ? AND of_set = ? ORDER BY path DESC");
  query.setReadBigInts(true);
  for (const row of query.iterate(run, job, seq)) yield toPart(row);
}

/** Takes over what a manifest says, of a tier that was given up, too; which set it was of nobody asks any more. */
export function importPart(db: Database, { run, job, seq }: OperationKey, line: PartLine): void {
  const { fact, path, modifiedNs, tier, storedAs, target, facts } = line;
  const link = target === undefined ? null : bytesOf(target);
  db.prepare(
    `INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, 'stored', 0)
     ON CONFLICT DO UPDATE SET state = 'stored' WHERE state = 'lost'`,
  ).run(...[bytesOf(path), modifiedNs, tier, bytesOf(storedAs), run, job, seq, fact, link, facts]);
}

export function withdrawPart(db: Database, { run, job, seq }: OperationKey): void {
  db.prepare("DELETE FROM parts WHERE run = ? AND job = ? AND seq = ?").run(run, job, seq);
}

function toPart(row: Record<string, unknown>): SetPart {
  return {
    kind: row.kind as SetPart["kind"],
    seq: Number(row.seq),
    path: rawPathOfBytes(row.path as Uint8Array),
    storedAs: rawPathOfBytes(row.stored_as as Uint8Array),
    inode: BigInt.asUintN(64, row.inode as bigint),
    modifiedNs: row.modified_ns as bigint,
    target: row.target === null ? undefined : rawPathOfBytes(row.target as Uint8Array),
    facts: String(row.facts),
  };
}
