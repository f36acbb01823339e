import { readLinkText } from "../host/files.ts";
import { fileSystemOf, isMountRoot } from "../host/filesystem.ts";
import { SystemError } from "../host/native.ts";
import { closeFd, open, openRoot } from "../host/posix.ts";
import { type FileStat, statFd } from "../host/stat.ts";
import { joinPath, type RawPath, rawPath, textOf } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { filesystemId } from "./filesystem-id.ts";
import { type IdentityFound, readIdentity } from "./identity.ts";
import { type Mount, mountOf, mountWithId, readMounts } from "./mounts.ts";
import type { TierConfig } from "./tier.ts";

/** What lies at a tier's path: plain data, so that a probe child can send it. */
export interface TierFacts {
  readonly tier: string;
  readonly path: string;
  /** Why the path could not be opened: an error's name, such as `ENOENT` or `EIO`. */
  readonly errorCode: string | undefined;
  readonly mount: MountFacts | undefined;
  readonly identity: IdentityFound;
  /** Mount points of other mounted file systems that carry the same tier UUID. */
  readonly clones: readonly string[];
}

export interface MountFacts {
  /** `major:minor`. */
  readonly device: string;
  readonly mountPoint: string;
  readonly filesystemType: string;
  readonly source: string;
  /** See `filesystemId`; `undefined` where it cannot be found out. */
  readonly filesystemId: string | undefined;
  /** The tier's path is where the mount begins. */
  readonly isRoot: boolean;
  /** It is the file system of `/`. */
  readonly isSystem: boolean;
  /** As the mount's flags have it; a dead file system may say otherwise (HAZARDS C10). */
  readonly readOnly: boolean;
}

/**
 * Looks at a tier's path. Blocks for as long as its file system does, so it runs in a process of its own.
 * @throws SystemError only for what isn't a state of the tier
 */
export function inspectTier(config: TierConfig): TierFacts {
  const opened = openTierPath(config);
  if ("errorCode" in opened) return factsWithout(config, opened.errorCode);
  try {
    return inspectOpen(config, opened.fd);
  } finally {
    closeFd(opened.fd);
  }
}

/** Opens the path of a tier, its last automount included; the caller closes it. */
export function openTierPath(config: TierConfig): { readonly fd: number } | { readonly errorCode: string } {
  if (config.path === undefined) return { errorCode: "ENOENT" };
  try {
    return { fd: openRoot(rawPath(config.path), open.O_RDONLY | open.O_DIRECTORY) };
  } catch (error) {
    return { errorCode: stateCode(error) };
  }
}

export function factsWithout(config: TierConfig, errorCode: string): TierFacts {
  const path = config.path ?? "";
  return { tier: config.name, path, errorCode, mount: undefined, identity: { state: "absent" }, clones: [] };
}

/** The facts of a directory that is held open; nothing is looked up by path again. */
export function inspectOpen(config: TierConfig, fd: number): TierFacts {
  try {
    const mounts = readMounts();
    const mount = mountWithId(mounts, statFd(fd).mountId);
    if (mount === undefined) return factsWithout(config, "ENODEV"); // unmounted lazily since it was opened
    const identity = readIdentity(fd);
    const clones =
      identity.state === "present" ? findClones(mounts, mount, { config, fd, uuid: identity.identity.uuid }) : [];
    const facts = mountFacts(mounts, mount, fd);
    return { tier: config.name, path: config.path ?? "", errorCode: undefined, mount: facts, identity, clones };
  } catch (error) {
    return factsWithout(config, stateCode(error));
  }
}

function mountFacts(mounts: readonly Mount[], mount: Mount, fd: number): MountFacts {
  return {
    device: mount.device,
    mountPoint: textForPeople(mount.mountPoint),
    filesystemType: mount.fsType,
    source: mount.source,
    filesystemId: filesystemId(fd, mount),
    isRoot: isMountRoot(fd),
    isSystem: mountOf(mounts, rawPath("/"))?.device === mount.device,
    readOnly: fileSystemOf(fd).readOnly,
  };
}

interface Original {
  readonly config: TierConfig;
  readonly fd: number;
  readonly uuid: string;
}

/**
 * Other mounts of the same type that carry the same UUID at the same place: a copied device, an LVM or btrfs
 * snapshot. Network and FUSE mounts are not looked at, since another hung one would hang this tier, too.
 */
function findClones(mounts: readonly Mount[], own: Mount, original: Original): readonly string[] {
  if (!own.source.startsWith("/dev/") || own.fsType.startsWith("fuse")) return [];
  const below = placeInMount(own, original);
  const rivals = mounts.filter((mount) => mount.fsType === own.fsType && mount.id !== own.id);
  return rivals.filter((mount) => isClone(mount, below, original)).map((mount) => textForPeople(mount.mountPoint));
}

/** The tier's directory as seen from its mount point; empty for a mount of its own. */
function placeInMount(mount: Mount, original: Original): RawPath {
  const path = readLinkText(`/proc/self/fd/${original.fd}`);
  return joinPath(path.slice(mount.mountPoint === "/" ? 1 : mount.mountPoint.length + 1));
}

function isClone(mount: Mount, below: RawPath, original: Original): boolean {
  let root: number | undefined;
  try {
    root = openRoot(joinPath(mount.mountPoint, below), open.O_RDONLY | open.O_DIRECTORY);
    // Another mount may lie over this one, and a bind mount shows the same directory.
    if (statFd(root).mountId !== mount.id || isSameFile(statFd(root), statFd(original.fd))) return false;
    const found = readIdentity(root);
    return found.state === "present" && found.identity.uuid === original.uuid;
  } catch (error) {
    stateCode(error);
    return false; // what cannot be read there can't be confused with this tier either
  } finally {
    if (root !== undefined) closeFd(root);
  }
}

function isSameFile(one: FileStat, other: FileStat): boolean {
  return one.device === other.device && one.inode === other.inode;
}

/** The name of a system error; anything else is a bug and goes on. */
function stateCode(error: unknown): string {
  if (error instanceof SystemError) return error.code;
  throw error;
}

function textForPeople(path: RawPath): string {
  return textOf(path) ?? shellQuote(path);
}
