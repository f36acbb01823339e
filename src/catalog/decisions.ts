import type { TierPin } from "../tiers/tier.ts";
import type { Database } from "./database.ts";

/** What a person said yes to. */
export interface Approval {
  readonly job: string;
  /** SHA-256 of the rule that was shown. */
  readonly fingerprint: string;
  /** The rule that was shown, as canonical JSON. */
  readonly rule: string;
  readonly approvedAtMs: number;
  readonly approvedBy: string;
}

/** The things that people decided: which rules may act, and which file system is which tier. */
export interface Decisions {
  readonly approvalOf: (job: string) => Approval | undefined;
  readonly saveApproval: (approval: Approval) => void;
  /** What a person said yes to was another catalog: each is asked for again, lifted guards too. */
  readonly forgetApprovals: () => void;
  /** Every job that was ever approved, and every tier that has a pin. */
  readonly names: () => { readonly jobs: readonly string[]; readonly tiers: readonly string[] };
  readonly pinOf: (tier: string) => TierPin | undefined;
  readonly savePin: (pin: TierPin) => void;
}

export function openDecisions(db: Database): Decisions {
  return {
    approvalOf: (job) => {
      const row = db.prepare("SELECT * FROM approvals WHERE job = ?").get(job);
      return row === undefined ? undefined : toApproval(row);
    },
    saveApproval: ({ job, fingerprint, rule, approvedAtMs, approvedBy }) => {
      const save = db.prepare("INSERT OR REPLACE INTO approvals VALUES (?, ?, ?, ?, ?)");
      save.run(job, fingerprint, rule, approvedAtMs, approvedBy);
    },
    forgetApprovals: () => {
      db.transaction(() => {
        for (const table of ["approvals", "guard_lifts"]) db.prepare(`DELETE FROM ${table}`).run();
      });
    },
    names: () => ({
      jobs: db
        .prepare("SELECT job FROM approvals ORDER BY job")
        .all()
        .map((row) => String(row.job)),
      tiers: db
        .prepare("SELECT tier FROM pins ORDER BY tier")
        .all()
        .map((row) => String(row.tier)),
    }),
    pinOf: (tier) => {
      const row = db.prepare("SELECT pin FROM pins WHERE tier = ?").get(tier);
      return row === undefined ? undefined : (JSON.parse(String(row.pin)) as TierPin);
    },
    savePin: (pin) => {
      db.prepare("INSERT OR REPLACE INTO pins VALUES (?, ?)").run(pin.tier, JSON.stringify(pin));
    },
  };
}

function toApproval(row: Record<string, unknown>): Approval {
  return {
    job: String(row.job),
    fingerprint: String(row.fingerprint),
    rule: String(row.rule),
    approvedAtMs: Number(row.approved_at),
    approvedBy: String(row.approved_by),
  };
}
