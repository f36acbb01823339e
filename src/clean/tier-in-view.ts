import { isWithin, type RawPath, rawPath } from "../lib/raw-path.ts";
import { type Mount, mountOf } from "../tiers/mounts.ts";

/**
 * The tier that a scratch directory shows, or lies in, through another mount than the tier's own path: a bind mount has a
 * path of its own, and what is stored there would look like scratch (HAZARDS D8). Only mountinfo is read, since a tier
 * may hang.
 */
export function tierInView(
  { path, mounts }: { readonly path: RawPath; readonly mounts: readonly Mount[] },
  tierRoots: readonly string[],
): string | undefined {
  const scratch = placeOn(mounts, path);
  return tierRoots.find((root) => {
    if (isWithin(path, root)) return false;
    const tier = placeOn(mounts, rawPath(root));
    if (tier === undefined || tier.device !== scratch?.device) return false;
    return isWithin(scratch.path, tier.path) || isWithin(tier.path, scratch.path);
  });
}

interface PlaceOnDevice {
  readonly device: string;
  /** From the file system's own root. */
  readonly path: string;
}

function placeOn(mounts: readonly Mount[], path: RawPath): PlaceOnDevice | undefined {
  const mount = mountOf(mounts, path);
  if (mount === undefined) return undefined;
  const below = path.slice(mount.mountPoint.length).split("/").filter(Boolean);
  const root = mount.root.split("/").filter(Boolean);
  return { device: mount.device, path: `/${[...root, ...below].join("/")}` };
}
