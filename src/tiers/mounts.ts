import { readRawText } from "../host/files.ts";
import { bytesOf, isWithin, type RawPath } from "../lib/raw-path.ts";

/** One line of mountinfo (proc_pid_mountinfo(5)). */
export interface Mount {
  readonly id: number;
  /** The mount that this one is mounted on. */
  readonly parentId: number;
  /** `major:minor`; another one after each remount for file systems without a device of their own. */
  readonly device: string;
  /** The directory of the file system that is shown here; `/` but for bind mounts and subvolumes. */
  readonly root: RawPath;
  readonly mountPoint: RawPath;
  readonly options: readonly string[];
  readonly fsType: string;
  /** A device, `server:/export`, or a word; text for people. */
  readonly source: string;
  readonly superOptions: readonly string[];
}

/** All mounts of this process, or of process 1. @throws EACCES, ENOENT when process 1 cannot be read */
export function readMounts(process: "self" | 1 = "self"): readonly Mount[] {
  return parseMountinfo(readRawText(`/proc/${process}/mountinfo`));
}

/** Mounts from the text of a mountinfo file, its bytes as chars (`latin1`); a line that is none is passed over. */
export function parseMountinfo(text: string): readonly Mount[] {
  return text.split("\n").flatMap(parseLine);
}

/**
 * The mount that shows `path`, found by walking down as the kernel does, so that what is mounted over counts.
 * `path` is absolute and without links. An automount point that holds nothing yet is passed over.
 */
export function mountOf(mounts: readonly Mount[], path: RawPath): Mount | undefined {
  let current = rootMount(mounts);
  let found = current;
  for (let step = 0; current !== undefined && step < mounts.length; step++) {
    current = mountOn(mounts, current, path);
    if (current !== undefined && current.fsType !== "autofs") found = current;
  }
  return found;
}

/** The mount with the id that `statFd(fd).mountId` told. */
export function mountWithId(mounts: readonly Mount[], id: number): Mount | undefined {
  return mounts.find((mount) => mount.id === id);
}

function rootMount(mounts: readonly Mount[]): Mount | undefined {
  const ids = new Set(mounts.map((mount) => mount.id));
  const atRoot = mounts.filter((mount) => mount.mountPoint === "/");
  return atRoot.find((mount) => mount.parentId === mount.id || !ids.has(mount.parentId)) ?? atRoot[0];
}

/** The first mount that a walk along `path` steps onto from `parent`: the one nearest to the root. */
function mountOn(mounts: readonly Mount[], parent: Mount, path: RawPath): Mount | undefined {
  let nearest: Mount | undefined;
  for (const mount of mounts) {
    if (mount.parentId !== parent.id || mount.id === parent.id || !isWithin(path, mount.mountPoint)) continue;
    if (nearest === undefined || mount.mountPoint.length < nearest.mountPoint.length) nearest = mount;
  }
  return nearest;
}

function parseLine(line: string): readonly Mount[] {
  const fields = line.split(" ");
  const dash = fields.indexOf("-", 6);
  const [id, parentId, device, root, mountPoint, options] = fields;
  const [fsType, source, superOptions] = fields.slice(dash + 1);
  if (dash === -1 || id === undefined || parentId === undefined || device === undefined) return [];
  if (root === undefined || mountPoint === undefined || fsType === undefined || source === undefined) return [];
  return [
    {
      id: Number(id),
      parentId: Number(parentId),
      device,
      root: withoutEscapes(root),
      mountPoint: withoutEscapes(mountPoint),
      options: options?.split(",") ?? [],
      fsType,
      source: bytesOf(withoutEscapes(source)).toString("utf8"),
      superOptions: superOptions?.split(",") ?? [],
    },
  ];
}

/** The kernel writes space, tab, newline, `#` and backslash as three octal digits. */
function withoutEscapes(field: string): RawPath {
  return field.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  ) as RawPath;
}
