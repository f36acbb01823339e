import type { Outcome } from "../jobs/job.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { Setback } from "./remove.ts";

interface Gone {
  readonly path: RawPath;
  readonly sizeBytes: number;
}

/** What became of a thing that was to go; `done` is what that comes to without a setback. */
export function outcomeOf(gone: Gone, done: Pick<Outcome, "result" | "freedBytes">, setback: Setback): Outcome {
  if (setback === undefined) return { ...gone, storedBytes: 0, ...done };
  const { reason, ...error } = setback;
  return { ...gone, storedBytes: 0, result: reason, ...error };
}
