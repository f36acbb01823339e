import { createHash } from "node:crypto";
import { lstatSync, readFileSync } from "node:fs";
import { zstdDecompressSync } from "node:zlib";
import { pathAt, type TreeFacts, walkFiles } from "./facts.ts";
import type { Stage } from "./stage.ts";

/** What lies on the warm tier, by the path that it had below the log tree. */
export type Stored = ReadonlyMap<string, string>;

const folder = "demo/logs";

/** Looks at the tier itself; tierkeep is not asked. */
export function listStored({ warm }: Stage): Stored {
  const names = walkFiles(warm, folder);
  return new Map(
    names.map((name) => [name.replace(/^demo\/logs\/(\d{4}\/\d\d\/\d\d|undated)\//, "").replace(/\.zst$/, ""), name]),
  );
}

/** Which of these have no copy with their very content on the tier. */
export function notStored(stage: Stage, paths: readonly string[], before: TreeFacts): readonly string[] {
  const stored = listStored(stage);
  return paths.filter((path) => {
    const name = stored.get(path);
    return name === undefined || contentSha256(stage, name) !== before.get(path)?.sha256;
  });
}

function contentSha256({ warm }: Stage, name: string): string {
  const bytes = readFileSync(pathAt(warm, name));
  return createHash("sha256")
    .update(name.endsWith(".zst") ? zstdDecompressSync(bytes) : bytes)
    .digest("hex");
}

/** What the copies take on the disk; hard links count once. */
export function storedBytes({ warm }: Stage): number {
  const stats = walkFiles(warm, folder).map((name) => lstatSync(pathAt(warm, name)));
  return new Map(stats.map((stat) => [stat.ino, stat.blocks * 512])).values().reduce((sum, bytes) => sum + bytes, 0);
}
