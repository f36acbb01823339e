import type { Database } from "./database.ts";

/** Which rule of a job was once applied whole: from then on a run that takes much of a tree is suspect. */
export interface WholeRuns {
  /** Under any of the names that the job had. */
  readonly has: (names: readonly string[], rule: string) => boolean;
  readonly save: (job: string, rule: string) => void;
}

export function openWholeRuns(db: Database): WholeRuns {
  return {
    has: (names, rule) =>
      names.some((name) => db.prepare("SELECT rule FROM whole_runs WHERE job = ?").get(name)?.rule === rule),
    save: (job, rule) => {
      db.prepare("INSERT OR REPLACE INTO whole_runs VALUES (?, ?)").run(job, rule);
    },
  };
}
