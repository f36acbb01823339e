import type { Pacer } from "../jobs/pacer.ts";
import type { ScratchRoot } from "./open-directory.ts";

/** What one application of a plan needs. */
export interface CleanSession {
  readonly root: ScratchRoot;
  readonly filesystemType: string;
  readonly signal: AbortSignal;
  readonly pacer: Pacer;
}
