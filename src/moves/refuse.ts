import { listDirectory } from "../host/files.ts";
import { closeFd, open, openRoot } from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import type { Refusal } from "../jobs/job.ts";
import { hasCode } from "../lib/errors.ts";
import { type RawPath, rawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { engineOfDirectory } from "../policies/engine-data.ts";
import { type Mount, mountOf, mountWithId, readMounts } from "../tiers/mounts.ts";
import type { OpenTier } from "../tiers/tier.ts";
import { ancestors, overlaps } from "./overlap.ts";
import type { MoveRule } from "./rule.ts";
import type { OpenSource } from "./source.ts";

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
    (facts.startedBySystemd ? refuseHiddenMount(places) : undefined) ??
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

/** A hardened unit may see an empty directory where everybody else sees the data (HAZARDS C9). */
function refuseHiddenMount({ source, tier }: MovePlaces): Refusal | undefined {
  const everybodys = mountsOfEverybody();
  if (everybodys === undefined) return undefined;
  const tierPath = rawPath(tier.path);
  const tierMount = mountWithId(source.mounts, statFd(tier.root).mountId);
  const hidden = [
    { path: source.path, own: source.mount },
    { path: tierPath, own: tierMount },
  ].find(({ path, own }) => !isSameMount(own, mountOf(everybodys, path)));
  if (hidden === undefined) return undefined;
  return {
    guard: "hidden-mount",
    message: `this service sees another file system at ${shellQuote(hidden.path)} than the machine does`,
    hint: "take PrivateTmp=, ProtectHome= and the like off the unit (systemctl cat tierkeep)",
  };
}

/** `undefined` where process 1 cannot be looked at. */
function mountsOfEverybody(): readonly Mount[] | undefined {
  try {
    return readMounts(1);
  } catch (error) {
    if (hasCode(error, "EACCES", "EPERM", "ENOENT")) return undefined;
    throw error;
  }
}

function isSameMount(own: Mount | undefined, theirs: Mount | undefined): boolean {
  return own !== undefined && theirs !== undefined && own.device === theirs.device && own.root === theirs.root;
}

function refuseEngineData(source: OpenSource): Refusal | undefined {
  const engine = engineAbove(source.path);
  if (engine === undefined) return undefined;
  return {
    guard: "engine-data",
    message: `the source ${shellQuote(source.path)} lies in ${engine}'s own files; an age rule must never sweep those`,
    hint: "let the engine write its logs elsewhere, and name that directory",
  };
}

function refuseReadOnly(source: OpenSource): Refusal | undefined {
  if (!source.readOnly) return undefined;
  return {
    guard: "source-read-only",
    message: `the source ${shellQuote(source.path)} is mounted read-only, so nothing could be removed from it`,
    hint: `mount -o remount,rw ${source.place.mountPoint}, if that is meant`,
  };
}

function engineAbove(source: RawPath): string | undefined {
  for (const path of ancestors(source)) {
    const engine = engineOfDirectory(namesIn(path));
    if (engine !== undefined) return engine;
  }
  return undefined;
}

function namesIn(path: RawPath): readonly string[] {
  try {
    const fd = openQuietly(path);
    try {
      return [...listDirectory(fd)].map((entry) => entry.name);
    } finally {
      closeFd(fd);
    }
  } catch (error) {
    if (hasCode(error, "EACCES", "ENOENT")) return [];
    throw error;
  }
}

/** Without a trace in its access time where we may (HAZARDS M26). */
function openQuietly(path: RawPath): number {
  const flags = open.O_RDONLY | open.O_DIRECTORY;
  try {
    return openRoot(path, flags | open.O_NOATIME);
  } catch (error) {
    if (!hasCode(error, "EPERM")) throw error;
    return openRoot(path, flags);
  }
}
