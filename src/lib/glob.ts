import picomatch from "picomatch";
import type { RawPath } from "./raw-path.ts";

/**
 * What a pattern matches, in whole names or paths. A newline is a character like any other (HAZARDS M20), dot files
 * match, and brackets are the shell's: `[!a]` is anything but an `a`.
 */
export function compileGlob(...patterns: readonly RawPath[]): (path: string) => boolean {
  // Without `s` picomatch's own `(?=.)` never matches a name that begins with a newline.
  return picomatch([...patterns], { dot: true, nonegate: true, posix: true, flags: "s" });
}
