import type { Catalog } from "../catalog/catalog.ts";
import type { ExpectedFile, FileCounts } from "../catalog/file-look.ts";
import { statAt } from "../host/stat.ts";
import { hasCode } from "../lib/errors.ts";
import { baseName, parentOf } from "../lib/raw-path.ts";
import { cacheDirectories, type DirectoryCache } from "../moves/directories.ts";
import type { OpenTier } from "../tiers/tier.ts";
import type { ImportWatch } from "./import-tier.ts";

const lookedAtOnce = 1_000;

/** Looks for every file that should lie on a tier, and writes down what is not there. @throws SystemError; the signal's reason */
export async function lookForFiles(
  catalog: Catalog,
  tier: Pick<OpenTier, "name" | "root">,
  { signal, onProgress }: ImportWatch,
): Promise<FileCounts> {
  const look = catalog.lookForFiles(tier.name);
  using directories = cacheDirectories(tier.root);
  let looked = 0;
  for (const file of look.files()) {
    look.saw(file, liesThere(directories, file));
    looked += 1;
    if (looked % lookedAtOnce > 0) continue;
    await onProgress(lookedAtOnce);
    signal.throwIfAborted();
  }
  return look.end();
}

function liesThere(directories: DirectoryCache, { storedAs, storedBytes }: ExpectedFile): boolean {
  try {
    const { kind, sizeBytes } = statAt(directories.open(parentOf(storedAs)), baseName(storedAs));
    return kind === "file" && sizeBytes === storedBytes;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG")) return false;
    throw error;
  }
}
