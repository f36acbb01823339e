import type { Database } from "./database.ts";

export interface RunRecord {
  readonly run: string;
  readonly startedAtMs: number;
  /** `undefined` while it is under way, and for ever when it was killed. */
  readonly finishedAtMs: number | undefined;
  readonly status: string | undefined;
  /** The run report as JSON. */
  readonly report: string | undefined;
}

export interface Runs {
  readonly begin: (run: string, nowMs: number) => void;
  /** Writes a run's end down, and forgets runs of more than 400 days ago or beyond 5,000. */
  readonly end: (record: { run: string; nowMs: number; status: string; report: string }) => void;
  /** Newest first, read as they are asked for. */
  readonly newest: () => Iterable<RunRecord>;
  readonly byId: (run: string) => RunRecord | undefined;
}

const keptDays = 400;
const keptRuns = 5_000;

export function openRuns(db: Database): Runs {
  return {
    begin: (run, nowMs) => {
      db.prepare("INSERT INTO runs (run, started_at) VALUES (?, ?)").run(run, nowMs);
    },
    end: ({ run, nowMs, status, report }) => {
      const end = db.prepare("UPDATE runs SET finished_at = ?, status = ?, report = ? WHERE run = ?");
      end.run(nowMs, status, report, run);
      const forget = db.prepare(
        "DELETE FROM runs WHERE started_at < ? OR run NOT IN (SELECT run FROM runs ORDER BY started_at DESC, run DESC LIMIT ?)",
      );
      forget.run(nowMs - keptDays * 86_400_000, keptRuns);
    },
    newest: function* () {
      for (const row of db.prepare("SELECT * FROM runs ORDER BY started_at DESC, run DESC").iterate())
        yield toRecord(row);
    },
    byId: (run) => {
      const row = db.prepare("SELECT * FROM runs WHERE run = ?").get(run);
      return row === undefined ? undefined : toRecord(row);
    },
  };
}

function toRecord(row: Record<string, unknown>): RunRecord {
  return {
    run: String(row.run),
    startedAtMs: Number(row.started_at),
    finishedAtMs: row.finished_at === null ? undefined : Number(row.finished_at),
    status: row.status === null ? undefined : String(row.status),
    report: row.report === null ? undefined : String(row.report),
  };
}
