import { DatabaseSync } from "node:sqlite";
import { createEmptyFile, pathExists, removeFile } from "../host/files.ts";
import { hasCode, isDamage } from "../lib/errors.ts";
import type { ScanIndex, TreeIndex } from "../scan/scan-index.ts";
import { openScanTree } from "./scan-tree.ts";

export interface OpenScanIndex extends ScanIndex, Disposable {}

const nothingKnown: TreeIndex = {
  fullAtMs: undefined,
  read: () => undefined,
  write: () => undefined,
  finish: () => undefined,
};

/** Remembers nothing, so that every directory is read. */
export const noScanIndex: OpenScanIndex = { openTree: () => nothingKnown, [Symbol.dispose]: () => undefined };

/** A file with another number is thrown away and made anew. */
const version = 1;
/** Another process writes for an instant at a time; whoever cannot wait that long scans without remembering. */
const busyTimeoutMs = 250;

const tables = `
  CREATE TABLE trees (
    tree INTEGER PRIMARY KEY, job TEXT NOT NULL, root BLOB NOT NULL, identity TEXT NOT NULL,
    full_at REAL, round INTEGER NOT NULL, UNIQUE (job, root, identity)
  ) STRICT;
  CREATE TABLE blocks (
    tree INTEGER NOT NULL, path BLOB NOT NULL, round INTEGER NOT NULL, checksum INTEGER NOT NULL, block BLOB NOT NULL,
    UNIQUE (tree, path)
  ) STRICT;
  PRAGMA user_version = ${version};`;

/**
 * What scans remember, in `<state_dir>/scan.db`: a file that may be deleted at any time. Where it can be neither opened
 * nor made nothing is remembered, and nothing fails.
 */
export function openScanIndex(stateDir: string): OpenScanIndex {
  const db = openFile(`${stateDir}/scan.db`);
  if (db === undefined) return noScanIndex;
  return { openTree: (id) => openScanTree(db, id), [Symbol.dispose]: () => db.close() };
}

function openFile(file: string): DatabaseSync | undefined {
  try {
    return connect(file) ?? connect(file);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** `undefined`: what lay there was broken or of another version, and is gone. */
function connect(file: string): DatabaseSync | undefined {
  if (!pathExists(file)) createEmptyFile(file, 0o600);
  const db = new DatabaseSync(file, { timeout: busyTimeoutMs });
  try {
    if (versionOf(db) === 0) makeTables(db);
    if (versionOf(db) === version) return db;
  } catch (error) {
    if (!isDamage(error)) {
      db.close();
      throw error;
    }
  }
  db.close();
  for (const suffix of ["", "-wal", "-shm"]) removeFile(`${file}${suffix}`);
  return undefined;
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare("PRAGMA user_version").get()?.user_version);
}

function makeTables(db: DatabaseSync): void {
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE");
  if (versionOf(db) === 0) db.exec(tables);
  db.exec("COMMIT");
}

/** The database, or the file system below it, does not want to. */
function isRefusal(error: unknown): boolean {
  return hasCode(error, "ERR_SQLITE_ERROR") || (error instanceof Error && "syscall" in error);
}
