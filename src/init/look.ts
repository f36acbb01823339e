import { isNetwork, isVolatile } from "../config/checks/file-system-types.ts";
import type { ConfigDeps } from "../config/deps.ts";
import { readLogrotate } from "../config/read-logrotate.ts";
import { isDirectory, usageOf } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import { hasCode } from "../lib/errors.ts";
import { textOf } from "../lib/raw-path.ts";
import { type Mount, readMounts } from "../tiers/mounts.ts";
import { findDatabases } from "./databases.ts";
import { dockerSocketThere } from "./docker.ts";
import type { MachineFacts, MountFact } from "./facts.ts";
import { scratchPlaces } from "./propose-jobs.ts";
import { readVolumes, type Volumes } from "./volumes.ts";

/** Looks at this machine; nothing that could hang is touched, nothing is connected to but Docker's socket. */
export async function lookAtMachine(host: Host, deps: ConfigDeps): Promise<MachineFacts> {
  const volumes = await readVolumes(host.exec);
  const mounts = readMounts().flatMap((mount) => mountFact(mount, { deps, volumes }));
  const visible = uniquePlaces(mounts);
  const wanted = ["/var/log", ...scratchPlaces, ...visible.map(({ path }) => `${path}/backups`)];
  return {
    host: deps.machineName(),
    mounts: visible,
    databases: findDatabases(deps),
    dockerSocket: await dockerSocketThere(),
    logrotate: readLogrotate(deps),
    directories: new Set(wanted.filter((path) => !deps.mayHang(path) && isDirectory(path))),
  };
}

interface MountTools {
  readonly deps: ConfigDeps;
  readonly volumes: Volumes;
}

const diskTypes: ReadonlySet<string> = new Set([
  "ext2",
  "ext3",
  "ext4",
  "xfs",
  "btrfs",
  "bcachefs",
  "zfs",
  "f2fs",
  "jfs",
]);

/** A file system that holds data of its own and can be named; bind mounts and what lives in memory are neither. */
function mountFact(mount: Mount, { deps, volumes }: MountTools): readonly MountFact[] {
  const path = textOf(mount.mountPoint);
  const network = isNetwork(mount.fsType);
  if (path === undefined || isVolatile(mount.fsType) || !(network || diskTypes.has(mount.fsType))) return [];
  const { fsType, source, options, superOptions } = mount;
  const sizeBytes = network ? undefined : sizeOf(path);
  if (!network && sizeBytes === undefined) return [];
  return [
    {
      path,
      fsType,
      source,
      network,
      readOnly: [...options, ...superOptions].includes("ro"),
      rotational: network || isVirtual(source) ? undefined : isRotational(mount.device, deps),
      sizeBytes,
      volume: volumes.get(source),
    },
  ];
}

/** Bytes; `undefined` for what is no directory, as containers get single files mounted, or hidden from this user. */
function sizeOf(path: string): number | undefined {
  try {
    return isDirectory(path) ? usageOf(path).sizeBytes : undefined;
  } catch (error) {
    if (hasCode(error, "EACCES", "EPERM", "ENOENT", "ENOTDIR", "EIO")) return undefined;
    throw error;
  }
}

/** What a hypervisor says of its disks means nothing. */
function isVirtual(source: string): boolean {
  return /^\/dev\/x?vd[a-z]/.test(source);
}

/** The kernel tells it of a disk; a partition asks the disk that it lies on. */
function isRotational(device: string, deps: ConfigDeps): boolean | undefined {
  for (const place of ["queue", "../queue"]) {
    try {
      return deps.readText(`/sys/dev/block/${device}/${place}/rotational`).trim() === "1";
    } catch (error) {
      if (!hasCode(error, "ENOENT", "EACCES", "ENOTDIR")) throw error;
    }
  }
  return undefined;
}

/** The last mount at a path is the one that is seen; a second mount of one device is the same storage. */
function uniquePlaces(mounts: readonly MountFact[]): readonly MountFact[] {
  const byPath = new Map(mounts.map((mount) => [mount.path, mount]));
  const bySource = new Map<string, MountFact>();
  for (const mount of byPath.values()) if (!bySource.has(mount.source)) bySource.set(mount.source, mount);
  return [...bySource.values()];
}
