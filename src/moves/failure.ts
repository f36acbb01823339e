import type { ReasonCode } from "../policies/reasons.ts";

/** Why one file of a batch did not get further; `message` names the call and path when one failed. */
export interface Setback {
  readonly verdict: ReasonCode;
  readonly code?: string;
  readonly message?: string;
}

/** A failure of the tier itself: the batch is dropped and the job stops, sources untouched. */
export class TierFailure extends Error {
  override readonly name = "TierFailure";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Runs a deed on the tier; what the system refuses becomes a `TierFailure`, a bug stays what it is. */
export function onTier<T>(deed: () => T): T {
  try {
    return deed();
  } catch (error) {
    if (error instanceof Error && "call" in error && "code" in error) {
      throw new TierFailure(String(error.code), error.message);
    }
    throw error;
  }
}

const inTheWay = new Set(["ENOTDIR", "ELOOP"]);
const unfitNames = new Set(["ENOENT", "EISDIR", "ENAMETOOLONG", "EINVAL", "EILSEQ", "EXDEV", "EOPNOTSUPP"]);

/**
 * Runs a deed under one name of the tier. What such a name alone can meet concerns that file: the job goes on, today
 * and every night after. All else is a `TierFailure`.
 */
export function onTierName<T>(deed: () => T): T | Setback {
  try {
    return deed();
  } catch (error) {
    if (!(error instanceof Error && "call" in error && "code" in error)) throw error;
    const code = String(error.code);
    if (inTheWay.has(code))
      return { verdict: "name-taken", code, message: `something lies where a directory should be: ${error.message}` };
    if (code === "EMLINK")
      return { verdict: "failed", code, message: `the tier holds no more hard links of one file: ${error.message}` };
    if (unfitNames.has(code)) return { verdict: "failed", code, message: error.message };
    throw new TierFailure(code, error.message);
  }
}

/** Runs a deed on one source file; what the system refuses concerns this file alone. */
export function onSource<T>(deed: () => T): T | Setback {
  try {
    return deed();
  } catch (error) {
    if (!(error instanceof Error && "call" in error && "code" in error)) throw error;
    const code = String(error.code);
    return { verdict: code === "ENOENT" || code === "ENOTDIR" ? "vanished" : "failed", code, message: error.message };
  }
}

export function isSetback(value: unknown): value is Setback {
  return typeof value === "object" && value !== null && "verdict" in value;
}
