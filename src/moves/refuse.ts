import { statFd } from "../host/stat.ts";
import type { Refusal } from "../jobs/job.ts";
import { refuseEngineData, refuseHiddenMount, refuseReadOnly, type SeenPath } from "../jobs/refuse-source.ts";
import type { OpenSource } from "../jobs/source.ts";
import { rawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { mountWithId } from "../tiers/mounts.ts";
import type { OpenTier } from "../tiers/tier.ts";
import { overlaps } from "./overlap.ts";
import type { MoveRule } from "./rule.ts";

export interface MovePlaces {
  readonly source: OpenSource;
  readonly tier: OpenTier;
}

export interface RefusalFacts {
  readonly host: string;
  /** systemd started this run, maybe with mounts of its own. */
  readonly startedBySystemd: boolean;
}

/** Why the whole job must not run, or `undefined`: conditions that no file's own facts can show. */
export function refuseMove(rule: MoveRule, places: MovePlaces, facts: RefusalFacts): Refusal | undefined {
  return (
    refuseSameTree(rule, places, facts.host) ??
    (facts.startedBySystemd ? refuseHiddenMount(seenPaths(places)) : undefined) ??
    refuseEngineData(places.source) ??
    refuseReadOnly(places.source)
  );
}

function refuseSameTree(rule: MoveRule, { source, tier }: MovePlaces, host: string): Refusal | undefined {
  return overlaps(source, tier, { host, job: rule.name }) ? sameTree({ source, tier }) : undefined;
}

/** Found by the mounts, or, through a union or FUSE, by the tier's own identity met below the source (HAZARDS M2). */
export function sameTree({ source, tier }: MovePlaces): Refusal {
  return {
    guard: "same-tree",
    message: `the source ${shellQuote(source.path)} and the destination on ${tier.name} are the same tree or lie in one another`,
    hint: "name a source that lies apart from the tier",
  };
}

function seenPaths({ source, tier }: MovePlaces): readonly SeenPath[] {
  return [
    { path: source.path, mount: source.mount },
    { path: rawPath(tier.path), mount: mountWithId(source.mounts, statFd(tier.root).mountId) },
  ];
}
