import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { openCatalog } from "../../../src/catalog/catalog.ts";
import type { OpenScanIndex } from "../../../src/catalog/scan-index.ts";
import type { JobContext } from "../../../src/jobs/job.ts";
import { unpaced } from "../../../src/jobs/pacer.ts";
import { isWithin } from "../../../src/lib/raw-path.ts";
import { openMoveJob } from "../../../src/moves/job.ts";
import type { MoveRule } from "../../../src/moves/rule.ts";
import { adoptedTier } from "../../support/adopted-tier.ts";
import { scratch } from "../../support/scratch.ts";
import { seeded } from "../../support/seeded.ts";
import { sceneRule } from "../moves/scene-rule.ts";
import { setRule } from "../moves/set-files.ts";
import { listTree } from "./listed.ts";
import type { Looks, Seen } from "./model.ts";
import { dueAge, type ScanTimes } from "./scan-once.ts";

export interface SetLooks extends Looks, Disposable {
  readonly look: (root: string, index: OpenScanIndex, times: ScanTimes) => Promise<Seen & { readonly walked: number }>;
  readonly seen: { due: number; young: number };
}

/** Looks with the eyes of a move by sets. What is due is taken away, and not copied. */
export function openSetLooks(some: Partial<MoveRule> = {}): SetLooks {
  using opening = new DisposableStack();
  if (process.listenerCount("SIGIO") === 0) process.on("SIGIO", () => {});
  const place = opening.use(scratch("sets-model"));
  const { config, pin } = adoptedTier("warm", place.path, { directory: true });
  const catalog = opening.use(openCatalog(`${place.path}/state`));
  catalog.decisions.savePin(pin);
  const seen = { due: 0, young: 0 };
  const chance = seeded();
  const look: SetLooks["look"] = async (root, scanIndex, { nowMs }) => {
    const rule = { ...sceneRule, ...setRule, source: root, sourcePath: root, olderThanMs: dueAge, ...some };
    const context = { run: "20261123T041500Z-0001", host: "jts-1", tiers: [config], catalog, scanIndex };
    const clock = { now: () => nowMs, elapsed: () => 0 };
    const rest = { readerEntry: "", logrotateNames: [], restoreGraceMs: 0, fullScan: false, pacer: unpaced };
    using job = openMoveJob(rule, { ...context, ...rest, clock } as unknown as JobContext);
    let walked = 0;
    using plan = await job.plan({ onProgress: (files) => (walked = files) });
    if (plan.refusal !== undefined) throw new Error(plan.refusal.message);
    const due = [...plan.steps()].map(({ path, sizeBytes }) => `${path} (${sizeBytes} B)`).sort();
    const stays = Object.values(plan.kept).reduce((sum, { count }) => sum + count, 0);
    seen.due += due.length;
    seen.young += plan.kept["too-young"]?.count ?? 0;
    return { due, stays, walked };
  };
  const held = opening.move();
  return {
    look,
    seen,
    act: async (root, index, times) => {
      for (const step of (await look(root, index, times)).due)
        rmSync(`${root}/${step.slice(0, step.lastIndexOf(" ("))}`, { recursive: true, force: true });
      // By itself hardly a set would grow old: a new one and some other are due at one of the next looks.
      const planted = `s${seen.due}-${seen.young}`;
      mkdirSync(`${root}/${planted}/in`, { recursive: true });
      for (const name of ["one", "in/two"]) writeFileSync(`${root}/${planted}/${name}`, name);
      for (const entry of [planted, chance.pick(readdirSync(root))])
        ageEntry(root, entry, times.nowMs - dueAge + chance.pick([0, 2, 7, 16]) * 1000);
    },
    [Symbol.dispose]: () => held.dispose(),
  };
}

/** All that lies in an entry and on no mount, which may show the entry itself again. */
function ageEntry(root: string, entry: string, stampMs: number): void {
  const { directories, files } = listTree(root);
  for (const path of [...files, ...directories])
    if (isWithin(path, `${root}/${entry}`)) utimesSync(path, stampMs / 1000, stampMs / 1000);
}
