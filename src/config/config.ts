import type { CleanRule } from "../clean/rule.ts";
import type { DockerRule } from "../docker/rule.ts";
import type { Limits } from "../jobs/limits.ts";
import type { MoveRule } from "../moves/rule.ts";
import type { TierConfig } from "../tiers/tier.ts";
import type { VerifySettings } from "../verify/schema.ts";

export type JobRule = MoveRule | CleanRule | DockerRule;

/** Everything that is in force, in code's units: milliseconds, bytes, ratios. */
export interface Config {
  /** The file it was read from. */
  readonly file: string;
  readonly host: string;
  /** Names that this machine had on tiers before. */
  readonly formerHosts: readonly string[];
  readonly stateDir: string;
  readonly runtimeDir: string;
  readonly restoreGraceMs: number;
  /** A job without progress for this long is ended. */
  readonly stallTimeoutMs: number;
  readonly limits: Limits;
  readonly verify: VerifySettings;
  readonly tiers: readonly TierConfig[];
  readonly jobs: readonly JobRule[];
}

/** One thing that is wrong or doubtful in the configuration. */
export interface Problem {
  readonly severity: "error" | "warning";
  readonly file: string;
  /** 1-based; absent when the problem is not at one place. */
  readonly line: number | undefined;
  /** Such as `move.logs.older_than`; empty for a syntax error. */
  readonly key: string;
  /** What was found there, as TOML would print it; absent for an unknown key. */
  readonly found: string | undefined;
  readonly message: string;
  readonly hint: string | undefined;
  /** The line itself with a caret below, for a syntax error. */
  readonly excerpt?: string;
}
