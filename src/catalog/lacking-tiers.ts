import type { Database } from "./database.ts";

/** Why a catalog does not know all of a tier: its manifests could not be read, or they say more than it knows. */
export type Lack = "unread" | "behind";

/** A tier of which this catalog does not know all. */
export interface LackingTier {
  readonly tier: string;
  readonly lack: Lack;
  readonly sinceMs: number;
}

/** The tiers whose manifests a rebuild has to read before anything may be deleted (PROTOCOLS section 4). */
export interface LackingTiers {
  readonly all: () => readonly LackingTier[];
  /** The first time counts until the tier is read. */
  readonly save: (lacking: LackingTier) => void;
  /** All of its manifests were read, or it is gone for good. */
  readonly forget: (tier: string) => void;
}

export function openLackingTiers(db: Database): LackingTiers {
  return {
    all: () =>
      db
        .prepare("SELECT * FROM lacking_tiers ORDER BY tier")
        .all()
        .map((row) => ({ tier: String(row.tier), lack: row.lack as Lack, sinceMs: Number(row.since) })),
    save: ({ tier, lack, sinceMs }) => {
      db.prepare("INSERT OR IGNORE INTO lacking_tiers VALUES (?, ?, ?)").run(tier, lack, sinceMs);
    },
    forget: (tier) => {
      db.prepare("DELETE FROM lacking_tiers WHERE tier = ?").run(tier);
    },
  };
}
