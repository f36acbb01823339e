import { renameNoReplaceAt } from "../host/posix.ts";
import { nameExists } from "../host/stat.ts";
import { hasCode } from "../lib/errors.ts";
import type { RawPath } from "../lib/raw-path.ts";

/** What begins every name that a source has for the instant of its removal; a plan leaves such files to recovery. */
export const asideNames = ".tierkeep-aside-";

/** One name of a source, and the name that it has for the instant in which it is removed. */
export interface Aside {
  readonly parent: number;
  readonly name: RawPath;
  readonly aside: RawPath;
}

/**
 * Takes a file's name away from everybody else: who rotates or opens by that name from now on meets another file, so
 * that what is looked at next is what is unlinked. False where the file system cannot.
 */
export function setAside({ parent, name, aside }: Aside): boolean {
  try {
    renameNoReplaceAt({ directory: parent, name }, { directory: parent, name: aside });
    return true;
  } catch (error) {
    if (hasCode(error, "EINVAL", "ENOSYS", "EOPNOTSUPP")) return false;
    throw error;
  }
}

/** Gives the name back, or, where somebody made a new file of that name, another beside it; returns which. */
export function putBack({ parent, name, aside }: Aside): RawPath {
  for (const back of [name, `${name}.rescued` as RawPath]) {
    try {
      renameNoReplaceAt({ directory: parent, name: aside }, { directory: parent, name: back });
      return back;
    } catch (error) {
      if (!hasCode(error, "EEXIST", "ENAMETOOLONG")) throw error;
    }
  }
  return aside;
}

/** What a run that died in that instant left aside gets its name back. */
export function putBackLeftover(place: Aside): void {
  if (nameExists(place.parent, place.aside)) putBack(place);
}
