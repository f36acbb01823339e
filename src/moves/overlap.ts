import { statFd } from "../host/stat.ts";
import type { OpenSource } from "../jobs/source.ts";
import { isWithin, joinPath, type RawPath } from "../lib/raw-path.ts";
import { type Mount, mountWithId } from "../tiers/mounts.ts";
import type { OpenTier } from "../tiers/tier.ts";
import { jobFolder } from "./stored-tree.ts";

interface Location {
  readonly device: string;
  /** Within the file system, whatever part of it a bind mount shows. */
  readonly path: RawPath;
}

/**
 * True when source and destination are one tree, or one lies in the other, also through bind mounts
 * (HAZARDS M2).
 */
export function overlaps(
  source: OpenSource,
  tier: OpenTier,
  owner: { readonly host: string; readonly job: string },
): boolean {
  const tierMount = mountWithId(source.mounts, statFd(tier.root).mountId);
  if (tierMount === undefined) return true;
  const from = locate(source.mount, source.path);
  const to = locate(tierMount, joinPath(tier.path, jobFolder(owner.host, owner.job)));
  return from.device === to.device && (isWithin(from.path, to.path) || isWithin(to.path, from.path));
}

function locate(mount: Mount, path: RawPath): Location {
  const below = mount.mountPoint === "/" ? path : path.slice(mount.mountPoint.length);
  return { device: mount.device, path: joinPath(mount.root, below) };
}
