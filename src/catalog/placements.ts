import { bytesOf, type RawPath, rawPathOfBytes } from "../lib/raw-path.ts";
import type { Database } from "./database.ts";
import { type FileFacts, parseFacts, type StoredCompression } from "./facts.ts";

export type PlacementState = "stored" | "removed" | "moved-on" | "lost";

/** Where the content of one version of an original path lives. */
export interface Placement {
  readonly id: string;
  readonly host: string;
  readonly job: string;
  readonly tier: string;
  /** The original path, absolute. */
  readonly path: RawPath;
  /** From the tier's root. */
  readonly storedAs: RawPath;
  readonly state: PlacementState;
  readonly movedAtMs: number;
  readonly modifiedNs: bigint;
  readonly sizeBytes: number;
  readonly storedBytes: number;
  readonly sha256: string;
  readonly storedSha256: string;
  readonly compression: StoredCompression;
  readonly facts: FileFacts;
  /** The same for placements that were hard links of one file. */
  readonly linkGroup: string | undefined;
  readonly verifiedAtMs: number;
}

/** Versions on one tier that are in one state. */
export interface StoredTotals {
  readonly tier: string;
  readonly state: PlacementState;
  readonly versions: number;
  readonly sizeBytes: number;
  readonly storedBytes: number;
}

export interface Placements {
  readonly byId: (id: string) => Placement | undefined;
  /** The versions of one path, newest first. */
  readonly ofPath: (path: RawPath) => readonly Placement[];
  /** Every placement, by path and then newest first; `prefix` limits it to that directory. */
  readonly all: (prefix?: RawPath) => Iterable<Placement>;
  /** How much of what lay below a directory is where. */
  readonly below: (directory: RawPath) => readonly StoredTotals[];
  /** Paths in the same directory that go on after `path` with a dot or a hyphen, as rotations do. */
  readonly rotationsOf: (path: RawPath) => readonly RawPath[];
}

const order = "ORDER BY path, modified_ns DESC, moved_at DESC";

const within = "path > ? AND path < ?";

/** All paths below a directory lie between `dir/` and `dir0`, since "0" follows "/". */
function rangeOf(directory: RawPath): readonly [Buffer, Buffer] {
  const name = directory === "/" ? "" : directory;
  return [Buffer.from(`${name}/`, "latin1"), Buffer.from(`${name}0`, "latin1")];
}

export function openPlacements(db: Database): Placements {
  const rows = (condition: string) => {
    const query = db.prepare(`SELECT * FROM placements ${condition}`);
    query.setReadBigInts(true);
    return query;
  };
  return {
    byId: (id) => rows("WHERE id = ?").all(id).map(toPlacement)[0],
    rotationsOf: (path) =>
      // "-" and "." are the two bytes before "/".
      db
        .prepare("SELECT DISTINCT path FROM placements WHERE path >= ? AND path < ? LIMIT 1000")
        .all(Buffer.from(`${path}-`, "latin1"), Buffer.from(`${path}/`, "latin1"))
        .map((row) => rawPathOfBytes(row.path as Uint8Array)),
    ofPath: (path) => rows(`WHERE path = ? ${order}`).all(bytesOf(path)).map(toPlacement),
    below: (directory) =>
      db
        .prepare(
          `SELECT tier, state, count(*) AS versions, sum(size_bytes) AS size, sum(stored_bytes) AS stored
            FROM placements WHERE ${within} GROUP BY tier, state ORDER BY tier, state`,
        )
        .all(...rangeOf(directory))
        .map((row) => ({
          tier: String(row.tier),
          state: String(row.state) as PlacementState,
          versions: Number(row.versions),
          sizeBytes: Number(row.size),
          storedBytes: Number(row.stored),
        })),
    all: function* (prefix) {
      const found =
        prefix === undefined ? rows(order).iterate() : rows(`WHERE ${within} ${order}`).iterate(...rangeOf(prefix));
      for (const row of found) yield toPlacement(row);
    },
  };
}

function toPlacement(row: Record<string, unknown>): Placement {
  return {
    id: String(row.id),
    host: String(row.host),
    job: String(row.job),
    tier: String(row.tier),
    path: rawPathOfBytes(row.path as Uint8Array),
    storedAs: rawPathOfBytes(row.stored_as as Uint8Array),
    state: String(row.state) as PlacementState,
    movedAtMs: Number(row.moved_at),
    modifiedNs: row.modified_ns as bigint,
    sizeBytes: Number(row.size_bytes),
    storedBytes: Number(row.stored_bytes),
    sha256: String(row.sha256),
    storedSha256: String(row.stored_sha256),
    compression: String(row.compression) as StoredCompression,
    facts: parseFacts(String(row.facts)),
    linkGroup: row.link_group === null ? undefined : String(row.link_group),
    verifiedAtMs: Number(row.verified_at),
  };
}
