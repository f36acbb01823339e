import type { Quarantined } from "../catalog/quarantine.ts";
import type { Outcome } from "../jobs/job.ts";
import type { Pacer } from "../jobs/pacer.ts";
import type { ScratchRoot } from "./open-directory.ts";
import type { SetAside } from "./set-aside.ts";

/** Batches of outcomes as they come; false at the end when it was stopped before it was through. */
export type Outcomes = AsyncGenerator<readonly Outcome[], boolean, undefined>;

/** What one application of a plan needs. */
export interface CleanSession {
  readonly root: ScratchRoot;
  readonly filesystemType: string;
  readonly signal: AbortSignal;
  readonly pacer: Pacer;
  /** The entry point of the threads that remove, and how many remove at the same time, the job's own included. */
  readonly removing: { readonly entryPoint: string; readonly threads: number };
  /** `undefined`: what is removed goes for good. */
  readonly setAside: SetAside | undefined;
  /** Removes for good what lay aside for long enough. */
  readonly removeExpired: (items: readonly Quarantined[]) => readonly Outcome[];
}

/** Waits as the limits say; false when nothing new may be begun. */
export async function mayGoOn({ signal, pacer }: CleanSession): Promise<boolean> {
  if (signal.aborted) return false;
  await pacer.pace({ read: 0, written: 0 });
  return !signal.aborted && pacer.stopReason() === undefined;
}
