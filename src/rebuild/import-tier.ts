import type { Catalog } from "../catalog/catalog.ts";
import type { FileCounts } from "../catalog/file-look.ts";
import type { ManifestLine } from "../catalog/manifest.ts";
import { parseManifestLine } from "../catalog/manifest-parse.ts";
import type { OpenTier } from "../tiers/tier.ts";
import { lookForFiles } from "./look-for-files.ts";
import { type Manifest, manifestsOf } from "./manifests.ts";
import { readLines } from "./read-lines.ts";
import { findUnnamed, type UnnamedFiles } from "./unnamed-files.ts";

export interface ImportWatch {
  readonly signal: AbortSignal;
  /** Called often; lines and files are counted together, since nobody knows beforehand how many there are. */
  readonly onProgress: (count: number) => Promise<void>;
}

export interface ImportedTier extends FileCounts {
  readonly manifests: number;
  /** Lines that are none: more than the torn last line that a killed run leaves. */
  readonly tornLines: number;
  /** Facts that a newer version has written; what they protect is not known here. */
  readonly unknownFacts: number;
  /** `undefined` where jobs may run meanwhile, whose newest files no manifest names yet. */
  readonly unnamed: UnnamedFiles | undefined;
}

export interface ImportQuestion {
  readonly hosts: readonly string[];
  readonly nowMs: number;
  /** No job runs meanwhile. */
  readonly isAlone: boolean;
  readonly watch: ImportWatch;
}

/**
 * Reads all of this machine's manifests on a tier into a catalog that may know part of them, then looks for every file:
 * what does not lie there with its size is `lost`. Read whole, the tier lacks nothing any more (HAZARDS D17).
 * @throws SystemError; the signal's reason
 */
export async function importTier(
  catalog: Catalog,
  tier: Pick<OpenTier, "name" | "root">,
  { hosts, nowMs, isAlone, watch }: ImportQuestion,
): Promise<ImportedTier> {
  const manifests = manifestsOf(tier.root, hosts);
  const counts = { tornLines: 0, unknownFacts: 0 };
  for (const manifest of manifests) {
    const into = catalog.importManifest(tier.name);
    for (const lines of linesOf(tier.root, manifest, counts)) {
      counts.tornLines += into.take(lines);
      await watch.onProgress(lines.length);
      watch.signal.throwIfAborted();
    }
    into.end();
  }
  const files = await lookForFiles(catalog, tier, watch);
  if (counts.unknownFacts > 0) catalog.lackingTiers.save({ tier: tier.name, lack: "unread", sinceMs: nowMs });
  else catalog.lackingTiers.forget(tier.name);
  const { name, root } = tier;
  const unnamed = isAlone ? await findUnnamed({ root, hosts, isNamed: catalog.namesOn(name) }, watch) : undefined;
  return { manifests: manifests.length, ...counts, ...files, unnamed };
}

function* linesOf(
  root: number,
  { path }: Manifest,
  counts: { tornLines: number; unknownFacts: number },
): Generator<readonly ManifestLine[]> {
  for (const { lines, isTorn } of readLines(root, path)) {
    const known: ManifestLine[] = [];
    for (const text of lines) {
      const line = parseManifestLine(text);
      if (line === "torn") counts.tornLines += text === "" ? 0 : 1;
      else if (line === "unknown") counts.unknownFacts += 1;
      else known.push(line);
    }
    counts.tornLines += isTorn ? 1 : 0;
    yield known;
  }
}
