import type { OpenSet } from "../catalog/sets.ts";
import { availableThreads } from "../host/machine.ts";
import type { JobContext } from "../jobs/job.ts";
import type { OpenSource } from "../jobs/source.ts";
import type { OpenTier } from "../tiers/tier.ts";
import { type OpenMoveSession, openMoveSession } from "./open-session.ts";
import type { MoveRule } from "./rule.ts";

/** A move job with its tier and source held open. */
export interface Opened {
  readonly rule: MoveRule;
  readonly context: JobContext;
  readonly tier: OpenTier;
  readonly source: OpenSource;
}

/** Sets that earlier runs of this job, whatever its name then, began to copy to this tier. */
export function begunSets({ rule, context, tier }: Opened): readonly OpenSet[] {
  const { catalog } = context;
  if (catalog === undefined) return [];
  return [rule.name, ...rule.formerly]
    .flatMap((name) => catalog.journal.stagingOf(name))
    .filter(({ tierUuid }) => tierUuid === tier.uuid)
    .flatMap((owner) => catalog.sets.open(owner))
    .filter(({ state }) => state === "copying");
}

/** A session of this very run, or of an earlier one whose work is gone on with. */
export function openSession({ rule, context, tier, source }: Opened, run: string): Promise<OpenMoveSession> {
  const { host, clock, signal, pacer, progress, copierEntry, catalog } = context;
  if (catalog === undefined) throw new Error("a run always has a catalog");
  return openMoveSession({
    run,
    host,
    rule,
    source,
    tier,
    journal: catalog.journal,
    sets: catalog.sets,
    clock,
    signal,
    pacer,
    progress,
    copierEntry,
    threads: availableThreads(),
  });
}
