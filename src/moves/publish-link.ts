import { closeFd, linkFile, type NamePlace, open, openBeneath } from "../host/posix.ts";
import { hasCode } from "../lib/errors.ts";
import { baseName, parentOf, type RawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import type { CopierContext } from "./copier-context.ts";
import type { Setback } from "./failure.ts";

/**
 * Publishes a further link of a file as a link of what the first one has become: that may be another file than the
 * staged one, with the very same bytes. @throws SystemError EEXIST, EMLINK, …
 */
export function publishLink(context: CopierContext, first: RawPath, to: NamePlace): Setback | undefined {
  const directory = openBeneath(context.tier, parentOf(first), open.O_PATH | open.O_DIRECTORY);
  try {
    linkFile({ directory, name: baseName(first) }, to);
    return undefined;
  } catch (error) {
    if (!hasCode(error, "EXDEV")) throw error;
    const message = `it and ${shellQuote(first)} would be one file, and lie in parts of the tier that cannot share one`;
    return { verdict: "failed", code: "EXDEV", message };
  } finally {
    closeFd(directory);
  }
}
