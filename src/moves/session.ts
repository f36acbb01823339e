import type { Journal } from "../catalog/journal.ts";
import type { Sets } from "../catalog/sets.ts";
import type { Clock } from "../host/host.ts";
import type { OwnerNames } from "../host/owner-names.ts";
import type { Progress } from "../jobs/job.ts";
import type { Pacer } from "../jobs/pacer.ts";
import type { OpenSource } from "../jobs/source.ts";
import type { Capabilities, OpenTier } from "../tiers/tier.ts";
import type { CopierContext } from "./copier-context.ts";
import type { SyncPoint } from "./copier-messages.ts";
import type { Copiers } from "./copiers.ts";
import type { NewDirectories } from "./new-directories.ts";
import type { MoveRule } from "./rule.ts";
import type { StoredTree } from "./stored-tree.ts";

export type Stage = "scan" | "copy" | "sync" | "verify" | "publish" | "unlink" | "journal";

/** Everything that the steps of one job's run share. */
export interface MoveSession {
  readonly run: string;
  readonly host: string;
  readonly rule: MoveRule;
  readonly source: OpenSource;
  readonly tier: OpenTier;
  readonly capabilities: Capabilities;
  readonly journal: Journal;
  readonly sets: Sets;
  readonly copiers: Copiers;
  readonly context: CopierContext;
  readonly tree: StoredTree;
  readonly newDirectories: NewDirectories;
  readonly names: OwnerNames;
  readonly clock: Clock;
  /** Stop taking new files. */
  readonly signal: AbortSignal;
  readonly pacer: Pacer;
  /** Appends lines to this run's manifest on the tier. @throws TierFailure */
  readonly writeManifest: (lines: string) => void;
  /**
   * On the tier, opened before the first write. A write-back error is told once for each descriptor, so the copies of
   * one batch and the names of another, which are made side by side, have one each (PROTOCOLS section 2, step 0).
   */
  readonly syncs: { readonly copies: SyncPoint; readonly names: SyncPoint };
  /** Files of one batch at most. */
  readonly batchFiles: number;
  readonly nextSeq: () => number;
  readonly progress: (done: Progress) => void;
  /** Adds the time that `work` takes to a stage. */
  readonly timed: <T>(stage: Stage, work: () => Promise<T> | T) => Promise<T>;
}
