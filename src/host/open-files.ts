import { readdirSync, readFileSync, statSync } from "node:fs";
import { hasCode } from "../lib/errors.ts";

const writable = 0o3; // O_WRONLY | O_RDWR

export interface OpenFiles {
  /** Some process of this machine has this file open for writing, or mapped for it. */
  readonly isWritten: (device: number, inode: bigint) => boolean;
}

/**
 * Asks /proc once who writes to what, for file systems without leases; writers on other machines cannot be seen. Needs
 * root to see the processes of others. A descriptor is looked at only when its inode number is the one in question, so
 * that files which others have open on a hung mount hang nobody (HAZARDS C2).
 */
export function filesOpenForWriting(): OpenFiles {
  const mapped = new Set<string>();
  const writers = new Map<string, string[]>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    for (const fd of namesIn(`/proc/${pid}/fd`)) addWriter(writers, pid, fd);
    for (const key of mappedForWriting(textOf(`/proc/${pid}/maps`))) mapped.add(key);
  }
  return {
    isWritten: (device, inode) =>
      mapped.has(`${device}:${inode}`) ||
      [...(writers.get(String(inode)) ?? []), ...(writers.get(anyInode) ?? [])].some((path) =>
        isFile(path, device, inode),
      ),
  };
}

/** Before Linux 5.14 fdinfo does not tell the inode. */
const anyInode = "";

function addWriter(writers: Map<string, string[]>, pid: string, fd: string): void {
  const info = textOf(`/proc/${pid}/fdinfo/${fd}`);
  const flags = /^flags:\s*0*([0-7]+)$/m.exec(info)?.[1] ?? "0";
  if ((Number.parseInt(flags, 8) & writable) === 0) return;
  const inode = /^ino:\s*(\d+)$/m.exec(info)?.[1] ?? anyInode;
  writers.set(inode, [...(writers.get(inode) ?? []), `/proc/${pid}/fd/${fd}`]);
}

/** Shared writable mappings as `device:inode` (proc_pid_maps(5)). */
function* mappedForWriting(maps: string): Generator<string> {
  for (const [, major, minor, inode] of maps.matchAll(/^\S+ .w.s \S+ ([0-9a-f]+):([0-9a-f]+) (\d+)/gm)) {
    yield `${Number.parseInt(major ?? "0", 16) * 0x100000 + Number.parseInt(minor ?? "0", 16)}:${inode}`;
  }
}

function namesIn(directory: string): readonly string[] {
  return unlessGone(() => readdirSync(directory)) ?? [];
}

function textOf(path: string): string {
  return unlessGone(() => readFileSync(path, "utf8")) ?? "";
}

function isFile(path: string, device: number, inode: bigint): boolean {
  const stat = unlessGone(() => statSync(path, { bigint: true }));
  return stat?.isFile() === true && stat.ino === inode && deviceKey(stat.dev) === device;
}

/** stat(2)'s packed device number as `statx` has it: major and minor apart. */
function deviceKey(device: bigint): number {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn);
  return Number(major) * 0x100000 + Number(minor);
}

/** Processes and descriptors come and go while they are read. */
function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (hasCode(error, "ENOENT", "ESRCH", "EACCES", "EPERM", "ENOTDIR", "EIO", "ESTALE", "ENOTCONN")) return undefined;
    throw error;
  }
}
