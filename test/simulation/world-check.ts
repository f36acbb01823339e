import { deepEqual } from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { openCatalog } from "../../src/catalog/catalog.ts";
import { filesBelow, sha256 } from "./files.ts";
import { storedContent } from "./stored-content.ts";
import { readWorldConfig, type World } from "./world.ts";

/** What holds after every action. */
export function checkWorld(world: World, when: string): void {
  const { logs, backups, owed, sets } = world;
  const stored = storedContent(`${world.root}/state`, readWorldConfig(world).tiers);
  const there = new Set([...hashes(logs), ...hashes(backups), ...stored.map(({ sha256 }) => sha256)]);
  deepEqual(
    [...owed].filter((hash) => !there.has(hash)),
    [],
    `lost after ${when}`,
  );
  const versions = new Set(stored.map(({ path, sha256 }) => `${Buffer.from(path, "latin1").toString()} ${sha256}`));
  const broken = [...sets].filter(({ files }) => {
    const isHere = [...files.keys()].every((path) => existsSync(path));
    return !isHere && ![...files].every(([path, hash]) => versions.has(`${path} ${hash}`));
  });
  deepEqual(
    broken.map(({ path }) => path),
    [],
    `neither here nor there after ${when}`,
  );
}

/** What holds after a run that ended. */
export function checkEnded({ root, jobs }: World, when: string): void {
  if (!Object.values(jobs).every(({ isThere }) => isThere)) return;
  const staging = `${root}/warm/.tierkeep/staging`;
  deepEqual(existsSync(staging) ? readdirSync(staging) : [], [], `left in staging after ${when}`);
  using catalog = openCatalog(`${root}/state`);
  deepEqual([...catalog.journal.stagingRuns()], [], `journalled as staging after ${when}`);
}

function hashes(root: string): readonly string[] {
  return filesBelow(root).map((path) => sha256(readFileSync(path)));
}
