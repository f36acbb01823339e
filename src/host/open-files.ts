import { readdirSync, readFileSync, statSync } from "node:fs";
import { hasCode } from "../lib/errors.ts";

const writable = 0o3; // O_WRONLY | O_RDWR

export interface OpenFiles {
  /** Some process of this machine has this file open for writing, or mapped for it. */
  readonly isWritten: (device: number, inode: bigint) => boolean;
}

export interface UsedFiles {
  /** Some process of this machine has this file open, or mapped, in whatever way. */
  readonly isUsed: (device: number, inode: bigint) => boolean;
  /** Some process waits for the other end of a FIFO; which one cannot be told. */
  readonly isFifoAwaited: boolean;
}

/**
 * Asks /proc once who writes to what, for file systems without leases; writers on other machines cannot be seen. Needs
 * root to see the processes of others. A descriptor is looked at only when its inode number is the one in question, so
 * that files which others have open on a hung mount hang nobody (HAZARDS C2).
 */
export function filesOpenForWriting(): OpenFiles {
  const isOpen = lookAround({ flags: writable, mapping: /^\S+ .w.s \S+ ([0-9a-f]+):([0-9a-f]+) (\d+)/gm });
  return { isWritten: isOpen };
}

/** The same for files that anybody uses at all, with who waits for a FIFO (proc_pid_wchan(5)). */
export function filesInUse(): UsedFiles {
  const isOpen = lookAround({
    flags: undefined,
    except: String(process.pid),
    mapping: /^\S+ \S+ \S+ ([0-9a-f]+):([0-9a-f]+) (\d+)/gm,
  });
  return { isUsed: isOpen, isFifoAwaited: processes().some(awaitsFifo) };
}

interface Wanted {
  /** Any of these open flags; `undefined`: however it is open. */
  readonly flags: number | undefined;
  /** A process that looks itself has other files open by the time of the answer. */
  readonly except?: string;
  /** Lines of /proc/PID/maps: major, minor, inode. */
  readonly mapping: RegExp;
}

function lookAround(wanted: Wanted): (device: number, inode: bigint) => boolean {
  const mapped = new Set<string>();
  const open = new Map<string, string[]>();
  for (const pid of processes()) {
    if (pid === wanted.except) continue;
    for (const fd of namesIn(`/proc/${pid}/fd`)) addOpen(open, { pid, fd, wanted });
    for (const key of mappings(textOf(`/proc/${pid}/maps`), wanted)) mapped.add(key);
  }
  return (device, inode) =>
    mapped.has(`${device}:${inode}`) ||
    [...(open.get(String(inode)) ?? []), ...(open.get(anyInode) ?? [])].some((path) => isSame(path, device, inode));
}

export function processes(): readonly string[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
}

function awaitsFifo(pid: string): boolean {
  return namesIn(`/proc/${pid}/task`).some((task) => {
    const place = textOf(`/proc/${pid}/task/${task}/wchan`);
    return place === "wait_for_partner" || place === "fifo_open";
  });
}

/** Before Linux 5.14 fdinfo does not tell the inode. */
const anyInode = "";

interface Descriptor {
  readonly pid: string;
  readonly fd: string;
  readonly wanted: Wanted;
}

function addOpen(open: Map<string, string[]>, { pid, fd, wanted }: Descriptor): void {
  const info = textOf(`/proc/${pid}/fdinfo/${fd}`);
  const flags = /^flags:\s*0*([0-7]+)$/m.exec(info)?.[1] ?? "0";
  if (wanted.flags !== undefined && (Number.parseInt(flags, 8) & wanted.flags) === 0) return;
  const inode = /^ino:\s*(\d+)$/m.exec(info)?.[1] ?? anyInode;
  open.set(inode, [...(open.get(inode) ?? []), `/proc/${pid}/fd/${fd}`]);
}

/** Mapped files as `device:inode` (proc_pid_maps(5)). */
function* mappings(maps: string, { mapping }: Wanted): Generator<string> {
  for (const [, major, minor, inode] of maps.matchAll(mapping)) {
    yield `${Number.parseInt(major ?? "0", 16) * 0x100000 + Number.parseInt(minor ?? "0", 16)}:${inode}`;
  }
}

export function namesIn(directory: string): readonly string[] {
  return unlessGone(() => readdirSync(directory)) ?? [];
}

export function textOf(path: string): string {
  return unlessGone(() => readFileSync(path, "utf8")) ?? "";
}

function isSame(path: string, device: number, inode: bigint): boolean {
  const stat = unlessGone(() => statSync(path, { bigint: true }));
  return stat !== undefined && stat.ino === inode && deviceKey(stat.dev) === device;
}

/** stat(2)'s packed device number as `statx` has it: major and minor apart. */
export function deviceKey(device: bigint): number {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn);
  return Number(major) * 0x100000 + Number(minor);
}

/** Processes and descriptors come and go while they are read. */
export function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (hasCode(error, "ENOENT", "ESRCH", "EACCES", "EPERM", "ENOTDIR", "EIO", "ESTALE", "ENOTCONN")) return undefined;
    throw error;
  }
}
