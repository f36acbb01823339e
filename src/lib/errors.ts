import type { ErrorCode } from "./error-codes.ts";

export interface ErrorDetail {
  /** What the operator should do or type next, as a person would say it. */
  readonly hint?: string;
  /** Facts shown in two columns below the message, such as `expected` and `found`. */
  readonly facts?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/**
 * An expected failure: printed with its code and hint, never with a stack.
 * The code decides the exit code (`exitCodeOf` in `error-codes.ts`).
 */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly facts: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.hint = detail.hint;
    this.facts = detail.facts ?? {};
  }
}

/** True when `error` carries the system or operator code `code`; use it to catch only what you mean. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);
}

/** `warm is not the tier that it should be (expected …; found …)`, for reports that have no columns. */
export function messageWithFacts({ message, facts }: Pick<OperatorError, "message" | "facts">): string {
  const parts = Object.entries(facts).map(([key, value]) => `${key} ${value}`);
  return parts.length === 0 ? message : `${message} (${parts.join("; ")})`;
}

/** The message of anything thrown, for a report; never a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * What the system or the catalog's disk refused where nobody could go on, as an expected failure; `undefined` for
 * everything else, which is a bug.
 */
export function systemFailure(error: unknown): OperatorError | undefined {
  if (hasCode(error, "ERR_SQLITE_ERROR")) {
    if (isDamage(error)) {
      return new OperatorError("CATALOG_DAMAGED", `the catalog is damaged: ${messageOf(error)}`, {
        hint: "tierkeep catalog rebuild makes it anew from the manifests on the tiers; the damaged one is kept",
        cause: error,
      });
    }
    return new OperatorError("STATE_DIR", `the catalog cannot be used: ${messageOf(error)}`, {
      hint: "look at the disk under state_dir, then run again: it repairs what was begun",
      cause: error,
    });
  }
  if (!(error instanceof Error) || !("call" in error || "syscall" in error)) return undefined;
  return new OperatorError("EXTERNAL", `a system call failed: ${error.message}`, {
    hint: "look at dmesg | tail and at tierkeep health, then run again: it repairs what was begun",
    cause: error,
  });
}

const sqliteDamage: ReadonlySet<number> = new Set([11, 26]); // SQLITE_CORRUPT, SQLITE_NOTADB

const sqliteFull: ReadonlySet<number> = new Set([13, 778, 4_874]); // FULL; IOERR_WRITE and _SHMSIZE: no quota, no room

/** The disk under a file of ours is full, or our quota is used up; not that of a tier, which is a `TierFailure`. */
export function isFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (hasCode(error, "ENOSPC", "EDQUOT")) return error.name !== "TierFailure";
  if ("errcode" in error && typeof error.errcode === "number") return sqliteFull.has(error.errcode);
  return error.cause !== undefined && isFull(error.cause);
}

/** SQLite found its file to be rotten or none of its own. */
export function isDamage(error: unknown): boolean {
  return (
    error instanceof Error &&
    "errcode" in error &&
    typeof error.errcode === "number" &&
    sqliteDamage.has(error.errcode & 0xff)
  );
}
