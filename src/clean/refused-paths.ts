import { isWithin, parentOf, type RawPath } from "../lib/raw-path.ts";

/** Directories directly below `/` that hold scratch and nothing else. */
const scratchPlaces: ReadonlySet<string> = new Set(["/tmp", "/scratch"]);

/** Nothing below these is ever scratch. */
const systemTrees = [
  ...["/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc", "/run", "/sbin", "/sys", "/usr"],
];

/** Memory that any program may use, below a tree of the system's own. */
const sharedMemory = "/dev/shm";

const homes = "/home";
const wholeTrees: ReadonlySet<string> = new Set(["/", "/root", homes, "/var", "/var/lib", sharedMemory]);

/**
 * Why nothing is ever cleaned at a path without links, or `undefined`. The same is asked of the configuration, and at the
 * deed of what the path means then (HAZARDS D8).
 */
export function whyNoScratch(path: string, tierRoots: readonly string[]): string | undefined {
  const tier = tierRoots.find((root) => isWithin(root, path));
  if (tier !== undefined) return tier === path ? `${path} is a tier's root` : `the tier at ${tier} lies in ${path}`;
  if (scratchPlaces.has(path)) return undefined;
  if (wholeTrees.has(path)) return `${path} is no scratch directory`;
  if (parentOf(path as RawPath) === homes) return `${path} is somebody's home`;
  const system = systemTrees.find((tree) => isWithin(path, tree));
  if (system !== undefined && !isWithin(path, sharedMemory)) return `${path} belongs to the system`;
  if (parentOf(path as RawPath) === "/") return `${path} lies directly below /`;
  return undefined;
}
