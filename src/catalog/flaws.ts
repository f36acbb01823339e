import { bytesOf, type RawPath, rawPathOfBytes } from "../lib/raw-path.ts";
import type { Database } from "./database.ts";

/** What can be wrong with a stored version; docs/guide/verify.md tells them apart. */
export const flawKinds = ["missing", "damaged", "replaced"] as const;

export type FlawKind = (typeof flawKinds)[number];

/** The stored versions of a tier that are wrong in one way. */
export interface FlawCount {
  readonly tier: string;
  readonly kind: FlawKind;
  readonly count: number;
  /** The original path of one of them. */
  readonly example: RawPath;
}

/** What the last reading of each stored version found wrong; it stays until the version is whole again, or not stored any more. */
export interface Flaws {
  readonly counts: () => readonly FlawCount[];
}

export function openFlaws(db: Database): Flaws {
  return {
    counts: () =>
      db
        .prepare(
          `SELECT tier, kind, count(*) AS count, min(path) AS example
           FROM flaws JOIN placements USING (path, modified_ns, tier, stored_as)
           WHERE state = 'stored' GROUP BY tier, kind ORDER BY tier, kind`,
        )
        .all()
        .map((row) => ({
          tier: String(row.tier),
          kind: row.kind as FlawKind,
          count: Number(row.count),
          example: rawPathOfBytes(row.example as Uint8Array),
        })),
  };
}

/** Names a version. */
export interface VersionKey {
  readonly path: RawPath;
  readonly modifiedNs: bigint;
  readonly tier: string;
  readonly storedAs: RawPath;
}

const key = "path = ? AND modified_ns = ? AND tier = ? AND stored_as = ?";

export function keyColumns({ path, modifiedNs, tier, storedAs }: VersionKey) {
  return [bytesOf(path), modifiedNs, tier, bytesOf(storedAs)] as const;
}

export interface Flaw {
  readonly kind: FlawKind;
  readonly message: string;
}

export function saveFlaw(db: Database, version: VersionKey, { kind, message, nowMs }: Flaw & { nowMs: number }): void {
  const columns = keyColumns(version);
  db.prepare("INSERT OR REPLACE INTO flaws VALUES (?, ?, ?, ?, ?, ?, ?)").run(...columns, kind, message, nowMs);
}

/** True when there was one. */
export function removeFlaw(db: Database, version: VersionKey): boolean {
  const { changes } = db.prepare(`DELETE FROM flaws WHERE ${key}`).run(...keyColumns(version));
  return Number(changes) > 0;
}
