import { equal } from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { openCatalog } from "../../src/catalog/catalog.ts";
import type { Placement } from "../../src/catalog/placements.ts";
import { bytesOf } from "../../src/lib/raw-path.ts";
import type { TierConfig } from "../../src/tiers/tier.ts";
import { sha256 } from "./files.ts";

/** A version that lies on its tier, as it was stored. */
export type Stored = Pick<Placement, "id" | "path" | "modifiedNs" | "sha256" | "tier">;

const proved = new Set<string>();

/** What the catalog says is stored and is; each file's content is read once, and its length looked at each time. */
export function storedContent(stateDir: string, tiers: readonly TierConfig[]): readonly Stored[] {
  using catalog = openCatalog(stateDir);
  const paths = new Map(tiers.map(({ name, path = "" }) => [name, path]));
  const stored: Stored[] = [];
  for (const placement of catalog.placements.all()) {
    const root = paths.get(placement.tier) ?? "";
    const file = Buffer.concat([Buffer.from(`${root}/`), bytesOf(placement.storedAs)]);
    if (statSync(file, { throwIfNoEntry: false })?.size !== placement.storedBytes) continue;
    const key = `${stateDir} ${placement.tier} ${placement.id}`;
    if (!proved.has(key)) equal(sha256(contentOf(file, placement)), placement.sha256, placement.path);
    proved.add(key);
    stored.push(placement);
  }
  return stored;
}

function contentOf(file: Buffer, { compression }: Placement): Buffer {
  const bytes = readFileSync(file);
  if (compression === "none") return bytes;
  return compression === "gzip" ? gunzipSync(bytes) : zstdDecompressSync(bytes);
}
