import { readdirSync, readFileSync, statSync } from "node:fs";
import { hasCode } from "../lib/errors.ts";

const writable = 0o3; // O_WRONLY | O_RDWR

/**
 * Every file that a process of this machine has open for writing or mapped, as `device:inode`. For file systems
 * without leases; writers on other machines cannot be seen. Needs root to see the processes of others.
 */
export function filesOpenForWriting(): ReadonlySet<string> {
  const found = new Set<string>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    for (const fd of namesIn(`/proc/${pid}/fd`)) {
      const flags = /^flags:\s*0*([0-7]+)$/m.exec(textOf(`/proc/${pid}/fdinfo/${fd}`))?.[1] ?? "0";
      if ((Number.parseInt(flags, 8) & writable) !== 0) addIdentity(found, `/proc/${pid}/fd/${fd}`);
    }
    for (const range of namesIn(`/proc/${pid}/map_files`)) addIdentity(found, `/proc/${pid}/map_files/${range}`);
  }
  return found;
}

export function openFileKey(device: number, inode: bigint): string {
  return `${device}:${inode}`;
}

function namesIn(directory: string): readonly string[] {
  return unlessGone(() => readdirSync(directory)) ?? [];
}

function textOf(path: string): string {
  return unlessGone(() => readFileSync(path, "utf8")) ?? "";
}

function addIdentity(found: Set<string>, path: string): void {
  const stat = unlessGone(() => statSync(path, { bigint: true }));
  if (stat?.isFile()) found.add(openFileKey(deviceKey(stat.dev), stat.ino));
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
