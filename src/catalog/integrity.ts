import type { Database } from "./database.ts";

/** What is wrong with the file or with what its rows say of one another, in SQLite's words or ours; nothing when all is well. */
export function integrityProblems(db: Database): readonly string[] {
  const told = db.prepare(`PRAGMA integrity_check(${problemsAtMost})`).all();
  const structure = told.map((row) => String(row.integrity_check)).filter((text) => text !== "ok");
  // Rows of a rotten file say nothing.
  return structure.length > 0 ? structure : orphans.flatMap((each) => orphanProblem(db, each));
}

const problemsAtMost = 20;

interface Orphans {
  readonly words: string;
  readonly from: string;
}

const orphans: readonly Orphans[] = [
  {
    words: "placements whose copy is not known",
    from: "placements WHERE NOT EXISTS (SELECT 1 FROM copies WHERE batch = placements.batch AND seq = placements.seq)",
  },
  {
    words: "copies whose batch is not known",
    from: "copies WHERE NOT EXISTS (SELECT 1 FROM batches WHERE batch = copies.batch)",
  },
  {
    words: "operations whose batch is not known",
    from: "operations WHERE NOT EXISTS (SELECT 1 FROM batches WHERE batch = operations.batch)",
  },
];

function orphanProblem(db: Database, { words, from }: Orphans): readonly string[] {
  const count = Number(db.prepare(`SELECT count(*) AS count FROM ${from}`).get()?.count);
  return count === 0 ? [] : [`${count} ${words}`];
}
