import { DatabaseSync, type StatementSync } from "node:sqlite";
import { createEmptyFile, isMissing, pathExists } from "../host/files.ts";
import { hasCode, isDamage, messageOf, OperatorError } from "../lib/errors.ts";
import { refuseCutFile } from "./refuse-cut.ts";
import { migrations } from "./schema.ts";

/** A connection with its statements prepared once; every commit is durable before it returns. */
export interface Database extends Disposable {
  readonly prepare: (sql: string) => StatementSync;
  /** Runs `work` as one transaction. */
  readonly transaction: <T>(work: () => T) => T;
}

const busyTimeoutMs = 30_000;

/**
 * Opens the catalog, making or migrating it as needed.
 * @throws OperatorError STATE_DIR, CATALOG_NEWER, CATALOG_DAMAGED
 */
export function openDatabase(file: string): Database {
  makePrivate(file);
  const connection = connect(file, false);
  try {
    refuseCutFile(file);
    // Before anything is changed: setting the journal's mode writes to the file.
    refuseNewer(schemaVersion(connection), file);
    // What would undo a statement over a whole batch is else written to a file in /var/tmp, at each commit of one.
    connection.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY");
    migrate(connection, file);
  } catch (error) {
    connection.close();
    throw asOperatorError(error, file);
  }
  return wrap(connection);
}

/** Opens the catalog for reading alone; `undefined` when there is none yet. @throws OperatorError STATE_DIR */
export function openDatabaseToRead(file: string): Database | undefined {
  if (isAbsent(file)) return undefined;
  const connection = connect(file, true);
  try {
    refuseCutFile(file);
    refuseNewer(schemaVersion(connection), file);
  } catch (error) {
    connection.close();
    throw asOperatorError(error, file);
  }
  return wrap(connection);
}

function connect(file: string, readOnly: boolean): DatabaseSync {
  try {
    return new DatabaseSync(file, { readOnly, timeout: busyTimeoutMs });
  } catch (error) {
    throw asOperatorError(error, file);
  }
}

function migrate(connection: DatabaseSync, file: string): void {
  if (schemaVersion(connection) === migrations.length) return;
  connection.exec("BEGIN IMMEDIATE");
  try {
    refuseNewer(schemaVersion(connection), file);
    // Another process may have migrated while this one waited for the lock.
    for (const step of migrations.slice(schemaVersion(connection))) connection.exec(step);
    connection.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
  } catch (error) {
    connection.exec("ROLLBACK");
    throw error;
  }
}

function schemaVersion(connection: DatabaseSync): number {
  return Number(connection.prepare("PRAGMA user_version").get()?.user_version ?? 0);
}

function refuseNewer(version: number, file: string): void {
  if (version <= migrations.length) return;
  throw new OperatorError("CATALOG_NEWER", `the catalog ${file} was written by a newer tierkeep`, {
    facts: { expected: `schema ${migrations.length} or older`, found: `schema ${version}` },
    hint: "run the newer version; this one has touched nothing",
  });
}

/** A catalog that this user may not see is there all the same. */
function isAbsent(file: string): boolean {
  try {
    return isMissing(file);
  } catch (cause) {
    throw unusable(`the catalog ${file} cannot be used`, cause);
  }
}

/** It holds the names of private files, whoever may enter its directory. SQLite gives its own files the same mode. */
function makePrivate(file: string): void {
  if (pathExists(file)) return;
  try {
    createEmptyFile(file, 0o600);
  } catch (cause) {
    if (hasCode(cause, "EEXIST")) return;
    throw unusable(`the catalog ${file} cannot be used`, cause);
  }
}

function wrap(connection: DatabaseSync): Database {
  const statements = new Map<string, StatementSync>();
  return {
    prepare: (sql) => {
      const known = statements.get(sql) ?? connection.prepare(sql);
      statements.set(sql, known);
      return known;
    },
    transaction: (work) => {
      connection.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        connection.exec("COMMIT");
        return result;
      } catch (error) {
        if (connection.isTransaction) connection.exec("ROLLBACK");
        throw error;
      }
    },
    [Symbol.dispose]: () => connection.close(),
  };
}

function asOperatorError(error: unknown, file: string): unknown {
  if (!hasCode(error, "ERR_SQLITE_ERROR")) return error;
  if (isDamage(error)) {
    return new OperatorError("CATALOG_DAMAGED", `the catalog ${file} is damaged: ${messageOf(error)}`, {
      hint: "tierkeep catalog rebuild makes it anew from the manifests on the tiers; the damaged one is kept",
      cause: error,
    });
  }
  return unusable(`the catalog ${file} cannot be used`, error);
}

/** Trouble with `state_dir`; what a user may not is said in words. */
export function unusable(problem: string, cause: unknown): OperatorError {
  const isDenied = hasCode(cause, "EACCES", "EPERM");
  const reason = isDenied ? "this user may not read and write there" : messageOf(cause);
  const hint = isDenied
    ? "run as root, or set state_dir to a directory on a local disk that you may write"
    : "state_dir must be on a local disk with room, writable for the user that runs tierkeep (root)";
  return new OperatorError("STATE_DIR", `${problem}: ${reason}`, { hint, cause });
}
