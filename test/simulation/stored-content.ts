import { equal } from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { zstdDecompressSync } from "node:zlib";
import { openCatalog } from "../../src/catalog/catalog.ts";
import type { Placement } from "../../src/catalog/placements.ts";
import { bytesOf } from "../../src/lib/raw-path.ts";
import type { TierConfig } from "../../src/tiers/tier.ts";
import { sha256 } from "./machine.ts";

const proved = new Set<string>();

/** Content that the catalog has, by hash; each stored file is read once, and looked for each time. */
export function storedContent(stateDir: string, { path = "" }: TierConfig): ReadonlySet<string> {
  using catalog = openCatalog(stateDir);
  const hashes = new Set<string>();
  for (const placement of catalog.placements.all()) {
    const file = Buffer.concat([Buffer.from(`${path}/`), bytesOf(placement.storedAs)]);
    if (!existsSync(file)) continue;
    const key = `${stateDir} ${placement.id}`;
    if (!proved.has(key)) equal(sha256(contentOf(file, placement)), placement.sha256, placement.path);
    proved.add(key);
    hashes.add(placement.sha256);
  }
  return hashes;
}

function contentOf(file: Buffer, { compression }: Placement): Buffer {
  const bytes = readFileSync(file);
  return compression === "none" ? bytes : zstdDecompressSync(bytes);
}
