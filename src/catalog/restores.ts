import { bytesOf, type RawPath, rawPathOfBytes } from "../lib/raw-path.ts";
import type { Database } from "./database.ts";

export interface StagedRestore {
  /** Absolute. */
  readonly directory: RawPath;
  readonly name: RawPath;
}

/** What `restore` is making and has made. */
export interface Restores {
  /** Durable: this name is about to be made, and is ours to remove. */
  readonly begin: (staged: StagedRestore) => void;
  /** The name is gone; with `restored`, that path is back as of now. */
  readonly end: (staged: StagedRestore, restored?: { path: RawPath; nowMs: number }) => void;
  readonly unfinished: () => readonly StagedRestore[];
  readonly restoredAfter: (path: RawPath, sinceMs: number) => boolean;
  readonly anyAfter: (sinceMs: number) => boolean;
}

export function openRestores(db: Database): Restores {
  return {
    begin: ({ directory, name }) => {
      db.prepare("INSERT OR IGNORE INTO restore_staging VALUES (?, ?)").run(bytesOf(directory), bytesOf(name));
    },
    end: ({ directory, name }, restored) =>
      db.transaction(() => {
        db.prepare("DELETE FROM restore_staging WHERE directory = ? AND name = ?").run(
          bytesOf(directory),
          bytesOf(name),
        );
        if (restored === undefined) return;
        db.prepare("INSERT OR REPLACE INTO restored VALUES (?, ?)").run(bytesOf(restored.path), restored.nowMs);
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
