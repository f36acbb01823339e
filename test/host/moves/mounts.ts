import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";

/** Shows a directory at another path, as `mount --bind` does; taken away at the end. */
export function bindMount(from: string, at: string): Disposable {
  mkdirSync(at, { recursive: true });
  execFileSync("mount", ["--bind", from, at]);
  return { [Symbol.dispose]: () => execFileSync("umount", [at]) };
}
