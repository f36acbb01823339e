import { hasCode, messageOf } from "../lib/errors.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { InTheWay } from "../policies/kept.ts";
import { type ReasonCode, reasons } from "../policies/reasons.ts";

/** Why a set stays. */
export interface SetVerdict {
  readonly code: ReasonCode;
  /** The entry. */
  readonly path: RawPath;
  /** Where it is one thing in the set. */
  readonly inTheWay: InTheWay | undefined;
}

/** The entry of the source that a path lies in, or is. */
export function entryOf(path: RawPath): RawPath {
  const slash = path.indexOf("/");
  return (slash === -1 ? path : path.slice(0, slash)) as RawPath;
}

/** One thing in a set that keeps it as a whole. */
export function blockedBy(path: RawPath, why: string): SetVerdict {
  return { code: "entry-blocked", path: entryOf(path), inTheWay: { path, why } };
}

/** What cannot be looked at keeps the set. @throws what is no answer of the system */
export function blockedByError(path: RawPath, error: unknown): SetVerdict {
  if (!(error instanceof Error && "call" in error)) throw error;
  const isGone = hasCode(error, "ENOENT", "ENOTDIR", "ELOOP");
  return blockedBy(path, isGone ? "it vanished while the set was looked at" : messageOf(error));
}

/** What to say of a thing in a set that would stay for a reason of its own. */
export function reasonWords(code: ReasonCode): string {
  return reasons[code].label;
}
