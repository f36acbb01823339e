import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Scratch extends Disposable {
  readonly path: string;
}

/** A directory of a test's own, deleted with all below it at the end: `using dir = scratch("name")`. */
export function scratch(name: string, below = tmpdir()): Scratch {
  const path = mkdtempSync(join(below, `tierkeep-${name}-`));
  return {
    path,
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
