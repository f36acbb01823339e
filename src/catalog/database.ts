import { DatabaseSync, type StatementSync } from "node:sqlite";
import { pathExists } from "../host/files.ts";
import { hasCode, messageOf, OperatorError } from "../lib/errors.ts";
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
  const connection = connect(file, false);
  try {
    connection.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
    migrate(connection, file);
  } catch (error) {
    connection.close();
    throw asOperatorError(error, file);
  }
  return wrap(connection);
}

/** Opens the catalog for reading alone; `undefined` when there is none yet. */
export function openDatabaseToRead(file: string): Database | undefined {
  if (!pathExists(file)) return undefined;
  const connection = connect(file, true);
  try {
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
  const version = schemaVersion(connection);
  refuseNewer(version, file);
  if (version === migrations.length) return;
  connection.exec("BEGIN IMMEDIATE");
  try {
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

const damaged = new Set([11, 26]); // SQLITE_CORRUPT, SQLITE_NOTADB

function asOperatorError(error: unknown, file: string): unknown {
  if (!hasCode(error, "ERR_SQLITE_ERROR")) return error;
  const sqlite = error as Error & { readonly errcode: number };
  if (damaged.has(sqlite.errcode & 0xff)) {
    return new OperatorError("CATALOG_DAMAGED", `the catalog ${file} is damaged: ${messageOf(error)}`, {
      hint: `keep it, and bring back a copy: cp ${file} ${file}.damaged; every fact is also in the manifests on the tiers`,
      cause: error,
    });
  }
  return new OperatorError("STATE_DIR", `the catalog ${file} cannot be used: ${messageOf(error)}`, {
    hint: "state_dir must be on a local disk with room, writable for the user that runs tierkeep (root)",
    cause: error,
  });
}
