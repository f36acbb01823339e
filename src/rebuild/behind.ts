import type { Catalog } from "../catalog/catalog.ts";
import { parseManifestLine } from "../catalog/manifest-parse.ts";
import { parseOperationId } from "../catalog/operation.ts";
import { closeFd, open, openBeneath, readFully } from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { OpenTier } from "../tiers/tier.ts";
import { newestManifest } from "./manifests.ts";

const tailBytes = 2 ** 20;

/**
 * Whether a catalog is older than this host's newest manifest on a tier, as on a machine that was rolled back: it does
 * not know the last copy that was announced there. The manifest of the run under way is not looked at.
 * @throws SystemError
 */
export function isBehind(
  { journal }: Pick<Catalog, "journal">,
  { root }: Pick<OpenTier, "root">,
  { host, run }: { readonly host: string; readonly run: string },
): boolean {
  const newest = newestManifest(root, host, run);
  const id = newest === undefined ? undefined : lastStored(root, newest.path);
  const key = id === undefined ? undefined : parseOperationId(id);
  return key !== undefined && journal.lastSeq(key) < key.seq;
}

/** The id of the last copy that a manifest's end speaks of. */
function lastStored(root: number, path: RawPath): string | undefined {
  const fd = openBeneath(root, path, open.O_RDONLY | open.O_NOFOLLOW | open.O_NONBLOCK);
  try {
    const tail = Buffer.alloc(tailBytes);
    const from = Math.max(statFd(fd).sizeBytes - tailBytes, 0);
    const text = tail.toString("utf8", 0, readFully(fd, tail, from, path));
    for (const each of text.split("\n").toReversed()) {
      const line = parseManifestLine(each);
      if (typeof line === "object" && line.fact === "stored") return line.id;
    }
    return undefined;
  } finally {
    closeFd(fd);
  }
}
