import type { RawPath } from "../lib/raw-path.ts";

/** What is known of the file systems that hold some paths; this process touches none that may hang unasked (invariant 9). */
export interface Reach {
  /** An absolute path without the links in it, as far as what holds it answers. */
  readonly resolve: (path: RawPath) => RawPath;
  /** Everything on the way to an absolute path answers. */
  readonly answers: (path: RawPath) => boolean;
}
