import type { Quarantined } from "../catalog/quarantine.ts";
import type { Outcome } from "../jobs/job.ts";
import type { Pacer } from "../jobs/pacer.ts";
import type { ScratchRoot } from "./open-directory.ts";
import type { SetAside } from "./set-aside.ts";

/** What one application of a plan needs. */
export interface CleanSession {
  readonly root: ScratchRoot;
  readonly filesystemType: string;
  readonly signal: AbortSignal;
  readonly pacer: Pacer;
  /** `undefined`: what is removed goes for good. */
  readonly setAside: SetAside | undefined;
  /** Removes for good what lay aside for long enough. */
  readonly removeExpired: (items: readonly Quarantined[]) => readonly Outcome[];
}
