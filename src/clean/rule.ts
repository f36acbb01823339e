import type { RuleBase } from "../jobs/rule.ts";

/** Time stamps by which `clean` judges age. */
export const stamps = ["atime", "mtime", "ctime", "btime"] as const;

export type Stamp = (typeof stamps)[number];

/** What one run of a clean job may delete at most. */
export interface DeleteCap {
  readonly files: number;
  readonly bytes: number | undefined;
  /** Of what lies below the path; counts beyond 1,000 files or 1 GiB, and not for the first approved run. */
  readonly share: number;
}

/** A `[[clean]]` job as configured and resolved; `src/clean/schema.ts` makes it. */
export interface CleanRule extends RuleBase {
  readonly kind: "clean";
  /** The absolute path; links in it are not resolved yet. */
  readonly path: string;
  readonly olderThanMs: number;
  /** All of these must be old. */
  readonly ageBy: readonly Stamp[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly maxDelete: DeleteCap;
  /** How long what is cleaned lies aside before it is really removed; `undefined`: it is removed at once. */
  readonly quarantineMs: number | undefined;
  /** Trees below the path that other jobs own, relative to it; they are left alone. */
  readonly owned: readonly string[];
}
