import { closeFd, linkFile, open, openRoot, renameNoReplaceAt, replaceFileAt, syncFile } from "../host/posix.ts";
import { nameExists } from "../host/stat.ts";
import { type RawPath, rawPath } from "../lib/raw-path.ts";

const catalogName = rawPath("catalog.db");
/** What SQLite keeps beside its file while it is in use, or was when a process died. */
const besides = ["-wal", "-shm"] as const;

/**
 * Puts the catalog of another directory in the place of the one in the state directory, which gets a new name and stays.
 * There is a catalog under the old name at every instant, and the log of the old one is never read into the new one.
 * Returns the new name: the wanted one, or with a number where that is taken.
 * @throws SystemError
 */
export function replaceCatalog(stateDir: string, madeIn: string, wantedName: string): string {
  const directory = openRoot(rawPath(stateDir), open.O_RDONLY | open.O_DIRECTORY);
  const made = openRoot(rawPath(madeIn), open.O_RDONLY | open.O_DIRECTORY);
  try {
    const aside = freeName(directory, wantedName);
    for (const suffix of besides) {
      const name = `${catalogName}${suffix}` as RawPath;
      if (!nameExists(directory, name)) continue;
      renameNoReplaceAt({ directory, name }, { directory, name: `${aside}${suffix}` as RawPath });
    }
    if (nameExists(directory, catalogName)) linkFile({ directory, name: catalogName }, { directory, name: aside });
    syncFile(directory);
    replaceFileAt({ directory: made, name: catalogName }, { directory, name: catalogName });
    syncFile(directory);
    return aside;
  } finally {
    closeFd(made);
    closeFd(directory);
  }
}

function freeName(directory: number, wanted: string): RawPath {
  const isTaken = (name: string) =>
    ["", ...besides].some((suffix) => nameExists(directory, rawPath(`${name}${suffix}`)));
  let name = wanted;
  for (let number = 2; isTaken(name); number += 1) name = `${wanted}-${number}`;
  return rawPath(name);
}
