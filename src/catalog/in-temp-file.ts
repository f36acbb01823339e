import { hasCode, messageOf, OperatorError } from "../lib/errors.ts";

/** Works on a temporary table, which goes into a file when it is large. @throws OperatorError TEMP_FILE */
export function inTempFile<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asTempFileError(error);
  }
}

export function asTempFileError(error: unknown): unknown {
  if (!hasCode(error, "ERR_SQLITE_ERROR")) return error;
  return new OperatorError("TEMP_FILE", `the plan's temporary file cannot be written: ${messageOf(error)}`, {
    hint: "make room in /var/tmp, or name another directory in TMPDIR",
    cause: error,
  });
}
