import { bytesOf, type RawPath, rawPathOfBytes } from "../lib/raw-path.ts";
import type { Database } from "./database.ts";

/** A version on its way back. */
export interface StagedRestore {
  /** Where it is to lie; absolute. */
  readonly target: RawPath;
  /** Its name beside the target until it is whole. */
  readonly name: RawPath;
}

/** What `restore` is making and has made. */
export interface Restores {
  /** Durable: these names are about to be made, and are ours to remove; their targets count as restored as of now. */
  readonly begin: (staged: readonly StagedRestore[], nowMs: number) => void;
  /** The names are gone; of their targets only these paths are back, as of now. */
  readonly end: (staged: readonly StagedRestore[], restored: { paths: readonly RawPath[]; nowMs: number }) => void;
  readonly unfinished: () => readonly StagedRestore[];
  readonly restoredAfter: (path: RawPath, sinceMs: number) => boolean;
  readonly anyAfter: (sinceMs: number) => boolean;
}

export function openRestores(db: Database): Restores {
  return {
    begin: (staged, nowMs) =>
      db.transaction(() => {
        const insert = db.prepare("INSERT OR REPLACE INTO restore_staging VALUES (?, ?, ?)");
        for (const { target, name } of staged) insert.run(bytesOf(target), bytesOf(name), nowMs);
      }),
    end: (staged, { paths, nowMs }) =>
      db.transaction(() => {
        const remove = db.prepare("DELETE FROM restore_staging WHERE target = ? AND name = ?");
        for (const { target, name } of staged) remove.run(bytesOf(target), bytesOf(name));
        const insert = db.prepare("INSERT OR REPLACE INTO restored VALUES (?, ?)");
        for (const path of paths) insert.run(bytesOf(path), nowMs);
      }),
    unfinished: () =>
      db
        .prepare("SELECT target, name FROM restore_staging")
        .all()
        .map((row) => ({
          target: rawPathOfBytes(row.target as Uint8Array),
          name: rawPathOfBytes(row.name as Uint8Array),
        })),
    restoredAfter: (path, sinceMs) => {
      const query = db.prepare(
        `SELECT 1 FROM restored WHERE path = ?1 AND restored_at > ?2
         UNION ALL SELECT 1 FROM restore_staging WHERE target = ?1 AND begun_at > ?2`,
      );
      return query.get(bytesOf(path), sinceMs) !== undefined;
    },
    anyAfter: (sinceMs) => {
      const query = db.prepare(
        `SELECT 1 FROM restored WHERE restored_at > ?1
         UNION ALL SELECT 1 FROM restore_staging WHERE begun_at > ?1`,
      );
      return query.get(sinceMs) !== undefined;
    },
  };
}
