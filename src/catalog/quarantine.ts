import { bytesOf, joinPath, type RawPath, rawPathOfBytes } from "../lib/raw-path.ts";
import type { Database } from "./database.ts";

/** What a clean job took away and can be brought back for a while. */
export interface Quarantined {
  readonly run: string;
  readonly job: string;
  readonly seq: number;
  /** The scratch directory, resolved. */
  readonly root: RawPath;
  /** Where it was, from the root. */
  readonly path: RawPath;
  readonly setAsideAtMs: number;
  readonly inode: bigint;
  readonly sizeBytes: number;
  readonly modifiedNs: bigint;
  /** It was empty, and lies aside as it was, so that what was in it can come back into it. */
  readonly isDirectory: boolean;
}

/** As it is written down. */
export interface QuarantineRow extends Quarantined {
  /** `intended`: it lies aside, or still where it was. */
  readonly state: "intended" | "aside";
}

/** What lies aside of one job and scratch directory. */
export interface AsideCount {
  readonly job: string;
  readonly root: RawPath;
  readonly count: number;
  readonly bytes: number;
  /** More that lies aside or still where it was, since the run that wrote it down died. */
  readonly intended: number;
}

/** Below a scratch directory: whatever its own runs set aside. */
export const quarantineFolder = ".tierkeep-quarantine" as RawPath;

/** Where a run puts what it sets aside, from the root; each thing has its job and number as name. */
export function quarantineOf(run: string): RawPath {
  return joinPath(quarantineFolder, run);
}

export function asideName({ job, seq }: Pick<Quarantined, "job" | "seq">): RawPath {
  return `${job}.${seq}` as RawPath;
}

/** What `find` and `restore` call it by. */
export function quarantinedId({ run, job, seq }: Pick<Quarantined, "run" | "job" | "seq">): string {
  return `${run}.${job}.${seq}`;
}

export interface Quarantine {
  /** The highest number that a run gave so far, in an attempt before this one; 0 without any. */
  readonly lastSeqOf: (run: string, job: string) => number;
  /** Durable: these are about to be set aside. */
  readonly intend: (items: readonly Quarantined[]) => void;
  /** They are aside now, but for those that stayed where they were. */
  readonly settle: (items: readonly Quarantined[], stayed: ReadonlySet<Quarantined>) => void;
  /** What a dead run may have set aside or not. */
  readonly intended: (job: string) => readonly Quarantined[];
  /** Set aside by these jobs no later than that, oldest run first. */
  readonly setAsideBefore: (jobs: readonly string[], ms: number) => Iterable<Quarantined>;
  /** What lies aside of this absolute path, or was about to, the last first. */
  readonly ofPath: (path: RawPath) => readonly QuarantineRow[];
  /** Everything that lies aside, or was about to, oldest run first. */
  readonly all: () => Iterable<QuarantineRow>;
  readonly counts: () => readonly AsideCount[];
  readonly forget: (items: readonly Quarantined[]) => void;
}

export function openQuarantineRows(db: Database): Quarantine {
  const rows = function* (
    condition: string,
    ...values: readonly (string | number | Uint8Array)[]
  ): Generator<QuarantineRow> {
    const query = db.prepare(`SELECT * FROM quarantine WHERE ${condition} ORDER BY run, job, seq`);
    query.setReadBigInts(true);
    for (const row of query.iterate(...values)) yield toQuarantined(row);
  };
  const remove = ({ run, job, seq }: Quarantined) =>
    db.prepare("DELETE FROM quarantine WHERE run = ? AND job = ? AND seq = ?").run(run, job, seq);
  return {
    lastSeqOf: (run, job) =>
      Number(db.prepare("SELECT max(seq) AS last FROM quarantine WHERE run = ? AND job = ?").get(run, job)?.last ?? 0),
    intend: (items) =>
      db.transaction(() => {
        const insert = db.prepare("INSERT INTO quarantine VALUES (?, ?, ?, ?, ?, 'intended', ?, ?, ?, ?, ?)");
        for (const { run, job, seq, root, path, setAsideAtMs, inode, sizeBytes, modifiedNs, isDirectory } of items) {
          const what = [setAsideAtMs, BigInt.asIntN(64, inode), sizeBytes, modifiedNs, Number(isDirectory)] as const;
          insert.run(run, job, seq, bytesOf(root), bytesOf(path), ...what);
        }
      }),
    settle: (items, stayed) =>
      db.transaction(() => {
        const keep = db.prepare("UPDATE quarantine SET state = 'aside' WHERE run = ? AND job = ? AND seq = ?");
        for (const item of items) {
          if (stayed.has(item)) remove(item);
          else keep.run(item.run, item.job, item.seq);
        }
      }),
    intended: (job) => [...rows("state = 'intended' AND job = ?", job)],
    setAsideBefore: function* (jobs, ms) {
      for (const job of jobs) yield* rows("state = 'aside' AND job = ? AND set_aside_at <= ?", job, ms);
    },
    ofPath: (path) => {
      const found = [...rows("substr(?, -length(path)) = path", bytesOf(path))];
      return found.filter((item) => joinPath(item.root, item.path) === path).reverse();
    },
    all: () => rows("true"),
    counts: () =>
      db
        .prepare(
          `SELECT job, root, total(state = 'aside') AS count, total(iif(state = 'aside', size_bytes, 0)) AS bytes,
             total(state = 'intended') AS intended FROM quarantine GROUP BY job, root ORDER BY job, root`,
        )
        .all()
        .map(({ job, root, count, bytes, intended }) => ({
          job: String(job),
          root: rawPathOfBytes(root as Uint8Array),
          count: Number(count),
          bytes: Number(bytes),
          intended: Number(intended),
        })),
    forget: (items) =>
      db.transaction(() => {
        for (const item of items) remove(item);
      }),
  };
}

function toQuarantined(row: Record<string, unknown>): QuarantineRow {
  return {
    run: String(row.run),
    job: String(row.job),
    seq: Number(row.seq),
    root: rawPathOfBytes(row.root as Uint8Array),
    path: rawPathOfBytes(row.path as Uint8Array),
    setAsideAtMs: Number(row.set_aside_at),
    inode: BigInt.asUintN(64, row.inode as bigint),
    sizeBytes: Number(row.size_bytes),
    modifiedNs: row.modified_ns as bigint,
    isDirectory: row.is_directory === 1n,
    state: row.state as QuarantineRow["state"],
  };
}
