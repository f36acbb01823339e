import type { ReadingChoice, ReadTotals } from "../catalog/reading-list.ts";
import type { Limits } from "../jobs/limits.ts";
import type { ImportedTier } from "../rebuild/import-tier.ts";
import type { ReportedError } from "../reports/plan.ts";
import type { VerifyFinding } from "../reports/verify.ts";
import type { TierConfig, TierPin } from "../tiers/tier.ts";

/** A tier as configured, with the identity that it must have where one is known; or whatever tier lies at a path. */
export type TierPlace =
  | { readonly how: "configured"; readonly tier: TierConfig; readonly pin: TierPin | undefined }
  | { readonly how: "at-path"; readonly path: string };

/** Reads the manifests of a tier into the catalog of a state directory, and looks for its files. */
export interface ImportTask {
  readonly kind: "import";
  readonly place: TierPlace;
  readonly stateDir: string;
  /** This machine's names on tiers; one that is only its own name for itself is looked for there. */
  readonly hosts: readonly string[] | { readonly machineName: string };
  /** No job runs meanwhile. */
  readonly isAlone: boolean;
}

/** Reads back what is stored on a tier, and writes down in the catalog what it finds. */
export interface VerifyTask extends Omit<ReadingChoice, "tier"> {
  readonly kind: "verify";
  readonly place: TierPlace & { readonly how: "configured" };
  readonly stateDir: string;
  readonly limits: Limits;
  /** Share of the last seconds in which somebody waited for a disk. */
  readonly baselineRatio: number;
}

/** What a child process is asked to do with one tier; it reads no configuration of its own. */
export type TierTask = ImportTask | VerifyTask;

/** A tier whose manifests were read. */
export interface ReadTier extends ImportedTier {
  readonly name: string;
  /** Whose manifests were read. */
  readonly hosts: readonly string[];
  /** Taken for the tier because it carries its name: no adoption of it was known. */
  readonly isAsFound: boolean;
}

export type FromTierChild =
  /** So many more lines and files were looked at. */
  | { readonly type: "looked"; readonly count: number }
  | { readonly type: "imported"; readonly tier: ReadTier }
  /** So much is to be read back. */
  | { readonly type: "listed"; readonly totals: ReadTotals }
  | { readonly type: "read"; readonly bytes: number }
  /** So much of it was read and is written down. */
  | {
      readonly type: "verified";
      readonly files: number;
      readonly bytes: number;
      readonly mended: number;
      /** Given to others at the disks, since it began. */
      readonly pausedMs: number;
    }
  | { readonly type: "flaws"; readonly findings: readonly VerifyFinding[] }
  | { readonly type: "failure"; readonly error: ReportedError & { readonly facts: Readonly<Record<string, string>> } }
  | { readonly type: "bug"; readonly stack: string };
