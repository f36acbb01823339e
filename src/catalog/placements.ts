import { bytesOf, type RawPath, rawPathOfBytes } from "../lib/raw-path.ts";
import type { Database } from "./database.ts";
import { type FileFacts, parseFacts, type StoredCompression } from "./facts.ts";
import { operationId, parseOperationId } from "./operation.ts";

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
  /** The version that an operation stored, by the operation's id. */
  readonly byId: (id: string) => Placement | undefined;
  /** The versions of one path, newest first. */
  readonly ofPath: (path: RawPath) => readonly Placement[];
  /** Every placement, by path and then newest first; `prefix` limits it to that directory. */
  readonly all: (prefix?: RawPath) => Iterable<Placement>;
  /** Some file of this directory, or from below it, has or had a placement. */
  readonly anyBelow: (directory: RawPath) => boolean;
  /** How much of what lay below a directory is where. */
  readonly totalsBelow: (directory: RawPath) => readonly StoredTotals[];
  /** Paths in the same directory that go on after `path` with a dot or a hyphen, as rotations do. */
  readonly rotationsOf: (path: RawPath) => readonly RawPath[];
}

const versions = `
  SELECT run, job, seq, host, placements.tier, placements.path, placements.stored_as, placements.state, published_at,
    placements.modified_ns, size_bytes, stored_bytes, sha256, stored_sha256, compression, facts, link_group, verified_at
  FROM placements JOIN copies USING (batch, seq) JOIN batches USING (batch)`;

const order = "ORDER BY placements.path, placements.modified_ns DESC, published_at DESC";

/** Every operation that stored a version names it, also one after which it was stored again. */
const storedBy = `(placements.path, placements.modified_ns, placements.tier, placements.stored_as) IN (
  SELECT path, modified_ns, tier, stored_as FROM batches JOIN copies USING (batch)
  WHERE run = ? AND job = ? AND first <= ? AND seq = ?)`;

const within = "placements.path > ? AND placements.path < ?";

/** All paths below a directory lie between `dir/` and `dir0`, since "0" follows "/". */
function rangeOf(directory: RawPath): readonly [Buffer, Buffer] {
  const name = directory === "/" ? "" : directory;
  return [Buffer.from(`${name}/`, "latin1"), Buffer.from(`${name}0`, "latin1")];
}

export function openPlacements(db: Database): Placements {
  const rows = (condition: string) => {
    const query = db.prepare(`${versions} ${condition}`);
    query.setReadBigInts(true);
    return query;
  };
  return {
    byId: (id) => {
      const key = parseOperationId(id);
      if (key === undefined) return undefined;
      return rows(`WHERE ${storedBy}`).all(key.run, key.job, key.seq, key.seq).map(toPlacement)[0];
    },
    anyBelow: (directory) =>
      db.prepare("SELECT 1 FROM placements WHERE path > ? AND path < ? LIMIT 1").get(...rangeOf(directory)) !==
      undefined,
    rotationsOf: (path) =>
      // "-" and "." are the two bytes before "/".
      db
        .prepare("SELECT DISTINCT path FROM placements WHERE path >= ? AND path < ? LIMIT 1000")
        .all(Buffer.from(`${path}-`, "latin1"), Buffer.from(`${path}/`, "latin1"))
        .map((row) => rawPathOfBytes(row.path as Uint8Array)),
    ofPath: (path) => rows(`WHERE placements.path = ? ${order}`).all(bytesOf(path)).map(toPlacement),
    totalsBelow: (directory) =>
      db
        .prepare(
          `SELECT placements.tier, placements.state, count(*) AS versions, sum(size_bytes) AS size, sum(stored_bytes) AS stored
            FROM placements JOIN copies USING (batch, seq) WHERE ${within} GROUP BY 1, 2 ORDER BY 1, 2`,
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
  const [run, job] = [String(row.run), String(row.job)];
  return {
    id: operationId({ run, job, seq: Number(row.seq) }),
    host: String(row.host),
    job,
    tier: String(row.tier),
    path: rawPathOfBytes(row.path as Uint8Array),
    storedAs: rawPathOfBytes(row.stored_as as Uint8Array),
    state: String(row.state) as PlacementState,
    movedAtMs: Number(row.published_at),
    modifiedNs: row.modified_ns as bigint,
    sizeBytes: Number(row.size_bytes),
    storedBytes: Number(row.stored_bytes),
    sha256: String(row.sha256),
    storedSha256: String(row.stored_sha256),
    compression: String(row.compression) as StoredCompression,
    facts: parseFacts(String(row.facts)),
    linkGroup: row.link_group === null ? undefined : operationId({ run, job, seq: Number(row.link_group) }),
    verifiedAtMs: Number(row.verified_at),
  };
}
