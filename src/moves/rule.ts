import type { RuleBase } from "../jobs/rule.ts";

export type Compression = "zstd" | "zstd-single" | "gzip" | "none";

/** A `[[move]]` job as configured and resolved; `src/moves/schema.ts` makes it. */
export interface MoveRule extends RuleBase {
  readonly kind: "move";
  /** As written: an absolute path or `TIER:RELATIVE`. */
  readonly source: string;
  /** The tier that the source lies on, for `TIER:RELATIVE`. */
  readonly sourceTier: string | undefined;
  /** The absolute path that `source` means; links in it are not resolved yet. */
  readonly sourcePath: string;
  /** The destination tier's name. */
  readonly to: string;
  readonly olderThanMs: number;
  readonly settledForMs: number;
  /** The operator wrote `settled_for`. */
  readonly settledForGiven: boolean;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly compress: Compression;
  readonly layout: "by-date" | "tree";
  readonly activeLogs: boolean;
}
