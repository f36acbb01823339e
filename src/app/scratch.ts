import { makeDirectories } from "../host/files.ts";
import { closeFd, open, openRoot } from "../host/posix.ts";
import { rawPath } from "../lib/raw-path.ts";
import { removeOwnTree } from "../moves/tier-files.ts";

/** An empty directory of our own in the state directory, gone when it is done with; what a killed process left is removed first. */
export function openScratch(stateDir: string, name: string): Disposable & { readonly path: string } {
  const path = `${stateDir}/${name}`;
  const remove = () => {
    const directory = openRoot(rawPath(stateDir), open.O_RDONLY | open.O_DIRECTORY);
    try {
      removeOwnTree(directory, rawPath(name));
    } finally {
      closeFd(directory);
    }
  };
  remove();
  makeDirectories(path, 0o700);
  return { path, [Symbol.dispose]: remove };
}
