import type { RuleBase } from "../jobs/rule.ts";
import type { AgeStamps } from "../policies/file-fact.ts";

export type Compression = "zstd" | "zstd-single" | "gzip" | "none";

/** How much one run of a job may move; a set or a file that is larger by itself goes alone. */
export interface MoveCap {
  readonly files: number | undefined;
  readonly bytes: number | undefined;
}

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
  /** What an age is counted from: `older_than` goes by mtime, `unused_for` by the newest of atime and mtime. */
  readonly ageBy: AgeStamps;
  readonly settledForMs: number;
  /** The operator wrote `settled_for`. */
  readonly settledForGiven: boolean;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly compress: Compression;
  readonly layout: "by-date" | "tree";
  readonly activeLogs: boolean;
  /** `entry`: what lies directly in the source moves whole, as a set. */
  readonly unit: "file" | "entry";
  /** Ratio of the source's file system that is in use, above which the job moves anything at all. */
  readonly whenAbove: number | undefined;
  /** And down to which it does. */
  readonly untilBelow: number | undefined;
  readonly maxMove: MoveCap | undefined;
}
