import type { Database } from "./database.ts";

export interface RunRecord {
  readonly run: string;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | undefined;
  readonly status: string | undefined;
  /** The run report as JSON. */
  readonly report: string | undefined;
}

export interface Runs {
  readonly begin: (run: string, nowMs: number) => void;
  readonly end: (record: { run: string; nowMs: number; status: string; report: string }) => void;
  readonly last: () => RunRecord | undefined;
}

export function openRuns(db: Database): Runs {
  return {
    begin: (run, nowMs) => {
      db.prepare("INSERT INTO runs (run, started_at) VALUES (?, ?)").run(run, nowMs);
    },
    end: ({ run, nowMs, status, report }) => {
      db.prepare("UPDATE runs SET finished_at = ?, status = ?, report = ? WHERE run = ?").run(
        nowMs,
        status,
        report,
        run,
      );
    },
    last: () => {
      const row = db.prepare("SELECT * FROM runs ORDER BY started_at DESC, run DESC LIMIT 1").get();
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
