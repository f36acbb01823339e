import { hasCode } from "../../../src/lib/errors.ts";

const refusals = ["EEXIST", "ENOENT", "ENOTEMPTY", "EBUSY", "EXDEV", "EINVAL", "ENOTDIR", "EISDIR", "EMLINK", "ENOSPC"];

/** What cannot be done just now is not done. */
export function attempt(operation: () => void): void {
  try {
    operation();
  } catch (error) {
    const isMountRefused = error instanceof Error && "status" in error;
    if (!hasCode(error, ...refusals) && !isMountRefused && !isEmptyPick(error)) throw error;
  }
}

function isEmptyPick(error: unknown): boolean {
  return error instanceof Error && error.message === "nothing to pick from";
}
