import { unpack } from "../catalog/packed-removals.ts";
import type { RemovalPack, RemovalTable } from "../catalog/removal-table.ts";
import { sizeBytesIn } from "../host/stat-bytes.ts";
import type { Outcome } from "../jobs/job.ts";
import { pathIn } from "../lib/raw-path.ts";
import { outcomeOf } from "./outcome.ts";
import { freedBytes } from "./remove.ts";
import { openRemovers, type RemovedPacks } from "./removers.ts";
import { type CleanSession, mayGoOn, type Outcomes } from "./session.ts";

/** So many bytes of packs are removed together: about a thousand files. */
const unitBytes = 128 * 1024;

/** Removes for good what has one link, several threads together. Returns false when it was stopped before the end. */
export async function* applyPacks(table: RemovalTable, session: CleanSession): Outcomes {
  const { root, filesystemType } = session;
  await using removers = openRemovers({ ...session.removing, place: { root, filesystemType } });
  let isWhole = true;
  for (const packs of units(table.packs())) {
    isWhole = await mayGoOn(session);
    if (!isWhole) break;
    yield (await removers.remove(packs)).flatMap(outcomesOf);
  }
  yield (await removers.rest()).flatMap(outcomesOf);
  return isWhole;
}

function* units(packs: Iterable<RemovalPack>): Generator<readonly RemovalPack[]> {
  let unit: RemovalPack[] = [];
  let bytes = 0;
  for (const pack of packs) {
    unit.push(pack);
    bytes += pack.packed.length;
    if (bytes < unitBytes) continue;
    yield unit;
    [unit, bytes] = [[], 0];
  }
  if (unit.length > 0) yield unit;
}

function outcomesOf({ packs, setbacks }: RemovedPacks): readonly Outcome[] {
  const outcomes: Outcome[] = [];
  let next = 0;
  for (const [pack, { directory, packed }] of packs.entries()) {
    for (const [at, { name, stat }] of unpack(packed).entries()) {
      const gone = { path: pathIn(directory, name), sizeBytes: sizeBytesIn(stat) };
      const stayed = setbacks[next];
      const isStaying = stayed?.pack === pack && stayed.at === at;
      if (isStaying) next += 1;
      const done = { result: "cleaned", freedBytes: freedBytes(stat, 0) } as const;
      outcomes.push(outcomeOf(gone, done, isStaying ? stayed.setback : undefined));
    }
  }
  return outcomes;
}
