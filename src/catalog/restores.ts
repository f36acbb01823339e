import { bytesOf, type RawPath, rawPathOfBytes } from "../lib/raw-path.ts";
import type { Database } from "./database.ts";

export interface StagedRestore {
  /** Absolute. */
  readonly directory: RawPath;
  readonly name: RawPath;
}

/** What `restore` is making and has made. */
export interface Restores {
  /** Durable: these names are about to be made, and are ours to remove. */
  readonly begin: (staged: readonly StagedRestore[]) => void;
  /** The names are gone; with `restored`, those paths are back as of now. */
  readonly end: (staged: readonly StagedRestore[], restored?: { paths: readonly RawPath[]; nowMs: number }) => void;
  readonly unfinished: () => readonly StagedRestore[];
  readonly restoredAfter: (path: RawPath, sinceMs: number) => boolean;
  readonly anyAfter: (sinceMs: number) => boolean;
}

export function openRestores(db: Database): Restores {
  return {
    begin: (staged) =>
      db.transaction(() => {
        const insert = db.prepare("INSERT OR IGNORE INTO restore_staging VALUES (?, ?)");
        for (const { directory, name } of staged) insert.run(bytesOf(directory), bytesOf(name));
      }),
    end: (staged, restored) =>
      db.transaction(() => {
        const remove = db.prepare("DELETE FROM restore_staging WHERE directory = ? AND name = ?");
        for (const { directory, name } of staged) remove.run(bytesOf(directory), bytesOf(name));
        const insert = db.prepare("INSERT OR REPLACE INTO restored VALUES (?, ?)");
        for (const path of restored?.paths ?? []) insert.run(bytesOf(path), restored?.nowMs ?? 0);
      }),
    unfinished: () =>
      db
        .prepare("SELECT * FROM restore_staging")
        .all()
        .map((row) => ({
          directory: rawPathOfBytes(row.directory as Uint8Array),
          name: rawPathOfBytes(row.name as Uint8Array),
        })),
    restoredAfter: (path, sinceMs) =>
      db.prepare("SELECT 1 FROM restored WHERE path = ? AND restored_at > ?").get(bytesOf(path), sinceMs) !== undefined,
    anyAfter: (sinceMs) => db.prepare("SELECT 1 FROM restored WHERE restored_at > ?").get(sinceMs) !== undefined,
  };
}
