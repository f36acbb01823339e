import type { Database } from "./database.ts";

/** A guard that a person lifted for one run of a job. */
export interface GuardLift {
  readonly job: string;
  readonly guard: string;
  readonly liftedAtMs: number;
  readonly liftedBy: string;
}

/** The clocks as a run saw them. */
export interface SeenClock {
  readonly wallMs: number;
  readonly bootId: string;
  readonly bootMs: number;
}

/** What the guards of runs remember. */
export interface Guards {
  readonly lift: (lift: GuardLift) => void;
  readonly liftOf: (job: string, guard: string) => GuardLift | undefined;
  /** A lift is for one run. */
  readonly useLift: (job: string, guard: string) => void;
  /** As of the last run that trusted the clock. */
  readonly lastClock: () => SeenClock | undefined;
  readonly saveClock: (clock: SeenClock) => void;
}

export function openGuards(db: Database): Guards {
  return {
    lift: ({ job, guard, liftedAtMs, liftedBy }) => {
      db.prepare("INSERT OR REPLACE INTO guard_lifts VALUES (?, ?, ?, ?)").run(job, guard, liftedAtMs, liftedBy);
    },
    liftOf: (job, guard) => {
      const row = db.prepare("SELECT * FROM guard_lifts WHERE job = ? AND guard = ?").get(job, guard);
      return row === undefined ? undefined : toLift(row);
    },
    useLift: (job, guard) => {
      db.prepare("DELETE FROM guard_lifts WHERE job = ? AND guard = ?").run(job, guard);
    },
    lastClock: () => {
      const row = db.prepare("SELECT * FROM clock").get();
      if (row === undefined) return undefined;
      return { wallMs: Number(row.wall_ms), bootId: String(row.boot_id), bootMs: Number(row.boot_ms) };
    },
    saveClock: ({ wallMs, bootId, bootMs }) => {
      db.prepare("INSERT OR REPLACE INTO clock VALUES (1, ?, ?, ?)").run(wallMs, bootId, bootMs);
    },
  };
}

function toLift(row: Record<string, unknown>): GuardLift {
  return {
    job: String(row.job),
    guard: String(row.guard),
    liftedAtMs: Number(row.lifted_at),
    liftedBy: String(row.lifted_by),
  };
}
