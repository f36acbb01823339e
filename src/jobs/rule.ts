import type { JobKind } from "../lib/job-kinds.ts";

/** What every configured job has, whatever its kind; `src/config/config.ts` has the union of all kinds. */
export interface RuleBase {
  readonly kind: JobKind;
  readonly name: string;
  /** Names that it had before: what was stored and approved under them is its own. */
  readonly formerly: readonly string[];
  /** Tiers that it cannot do without. */
  readonly needs: readonly string[];
}
