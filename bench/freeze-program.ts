import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface FrozenProgram extends Disposable {
  readonly program: string;
}

/** A copy of the program and its bundle, so that a build made meanwhile does not change what is measured. */
export function freezeProgram(program: string): FrozenProgram {
  const home = dirname(dirname(realpathSync(program)));
  const copy = mkdtempSync(join(tmpdir(), "tierkeep-bench-program-"));
  for (const part of ["bin", "dist"]) cpSync(join(home, part), join(copy, part), { recursive: true });
  symlinkSync(join(home, "node_modules"), join(copy, "node_modules"));
  return {
    program: join(copy, "bin", "tierkeep"),
    [Symbol.dispose]: () => rmSync(copy, { recursive: true, force: true }),
  };
}
