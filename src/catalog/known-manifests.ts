import type { Database } from "./database.ts";

/** Why a catalog may not know all of a tier: its manifests could not be read, or they say more than the catalog. */
export type Lack = "unread" | "behind";

/** A tier of which this catalog may not know all. */
export interface LackingTier {
  readonly tier: string;
  readonly lack: Lack;
  readonly sinceMs: number;
}

/** What this catalog knows of the manifests on its tiers, besides what it has written itself. */
export interface KnownManifests {
  /** All manifests of a tier were read; the last one was of this run, if there was any. */
  readonly saveRead: (tier: string, newestRun: string | undefined, nowMs: number) => void;
  /** Until a rebuild has read the tier, nothing is deleted. */
  readonly saveLack: (tier: string, lack: Lack, nowMs: number) => void;
  readonly forget: (tier: string) => void;
  readonly lacking: () => readonly LackingTier[];
  /** The run whose manifest on the tier was the last that was read. */
  readonly readThrough: (tier: string) => string | undefined;
}

export function openKnownManifests(db: Database): KnownManifests {
  return {
    saveRead: (tier, newestRun, nowMs) => {
      const save = db.prepare("INSERT OR REPLACE INTO manifests_known VALUES (?, ?, NULL, ?)");
      save.run(tier, newestRun ?? null, nowMs);
    },
    saveLack: (tier, lack, nowMs) => {
      db.prepare(
        `INSERT INTO manifests_known VALUES (?, NULL, ?, ?)
         ON CONFLICT DO UPDATE SET lack = excluded.lack, since = excluded.since WHERE lack IS NULL`,
      ).run(tier, lack, nowMs);
    },
    forget: (tier) => {
      db.prepare("DELETE FROM manifests_known WHERE tier = ?").run(tier);
    },
    lacking: () =>
      db
        .prepare("SELECT tier, lack, since FROM manifests_known WHERE lack IS NOT NULL ORDER BY tier")
        .all()
        .map((row) => ({ tier: String(row.tier), lack: row.lack as Lack, sinceMs: Number(row.since) })),
    readThrough: (tier) => {
      const run = db.prepare("SELECT read_through FROM manifests_known WHERE tier = ?").get(tier)?.read_through;
      return typeof run === "string" ? run : undefined;
    },
  };
}
