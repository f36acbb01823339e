import { readFileSync, statSync } from "node:fs";
import { deviceKey, namesIn, processes, textOf, unlessGone } from "./open-files.ts";

/** How a process uses a file. */
export type FileUse = "writing" | "reading" | "mapped" | "locked";

export interface FileUser {
  readonly pid: number;
  /** The name of its program, at most 15 bytes. */
  readonly command: string;
  readonly use: FileUse;
  /** When the process began, in milliseconds since 1970; when it opened the file is nowhere told. */
  readonly startedMs: number;
  /** The id of the container that it runs in, by its control group. */
  readonly containerId: string | undefined;
}

/**
 * The processes of this machine that have a file open, mapped or locked, this one left out. Needs root to see those of
 * others; users on other machines cannot be seen. May hang where a file with the same inode number is open on a hung mount.
 */
export function usersOfFile(file: { readonly device: number; readonly inode: bigint }): readonly FileUser[] {
  const uses = new Map<number, FileUse>();
  for (const pid of lockersOf(file)) uses.set(pid, "locked");
  for (const pid of processes()) {
    const use = useBy(pid, file);
    if (use !== undefined) uses.set(Number(pid), use);
  }
  return [...uses].flatMap(([pid, use]) => tellProcess(pid, use) ?? []).sort((left, right) => left.pid - right.pid);
}

interface FileId {
  readonly device: number;
  readonly inode: bigint;
}

function useBy(pid: string, file: FileId): FileUse | undefined {
  const opened = namesIn(`/proc/${pid}/fd`).flatMap((fd) => openedAs(pid, fd, file) ?? []);
  if (opened.includes("writing")) return "writing";
  return opened[0] ?? (isMapped(pid, file) ? "mapped" : undefined);
}

const writable = 0o3; // O_WRONLY | O_RDWR

function openedAs(pid: string, fd: string, { device, inode }: FileId): FileUse | undefined {
  const info = textOf(`/proc/${pid}/fdinfo/${fd}`);
  // Before Linux 5.14 it does not tell the inode; a look at each file would do, and might hang.
  if (/^ino:\s*(\d+)$/m.exec(info)?.[1] !== String(inode)) return undefined;
  const stat = unlessGone(() => statSync(`/proc/${pid}/fd/${fd}`, { bigint: true }));
  if (stat === undefined || stat.ino !== inode || deviceKey(stat.dev) !== device) return undefined;
  const flags = Number.parseInt(/^flags:\s*0*([0-7]+)$/m.exec(info)?.[1] ?? "0", 8);
  return (flags & writable) === 0 ? "reading" : "writing";
}

function isMapped(pid: string, { device, inode }: FileId): boolean {
  const lines = textOf(`/proc/${pid}/maps`).matchAll(/^\S+ \S+ \S+ ([0-9a-f]+):([0-9a-f]+) (\d+)/gm);
  for (const [, major, minor, number] of lines)
    if (number === String(inode) && joined(major, minor) === device) return true;
  return false;
}

/** proc_locks(5): `1: FLOCK ADVISORY WRITE 4121 08:01:1234 0 EOF`. */
function lockersOf({ device, inode }: FileId): readonly number[] {
  const lines = textOf("/proc/locks").matchAll(/^\d+: \S+ +\S+ +\S+ (\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) /gm);
  return [...lines]
    .filter(([, , major, minor, number]) => number === String(inode) && joined(major, minor) === device)
    .map(([, pid]) => Number(pid))
    .filter((pid) => pid !== process.pid);
}

function joined(major = "0", minor = "0"): number {
  return Number.parseInt(major, 16) * 0x100000 + Number.parseInt(minor, 16);
}

const ticksPerSecond = 100; // USER_HZ, the same on every Linux that Node runs on

function tellProcess(pid: number, use: FileUse): FileUser | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  // The name stands in parentheses and may have some itself; the start is the 22nd field of all.
  const name = /\((.*)\)/s.exec(stat)?.[1];
  const startTicks = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
  if (name === undefined) return undefined;
  const startedMs = bootMs() + (startTicks / ticksPerSecond) * 1000;
  return { pid, command: name, use, startedMs, containerId: containerIn(textOf(`/proc/${pid}/cgroup`)) };
}

function bootMs(): number {
  return Number(/^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1] ?? 0) * 1000;
}

/** Docker's and containerd's control groups end in the container's id: `/docker/ID`, `docker-ID.scope`, `cri-containerd-ID.scope`. */
export function containerIn(groups: string): string | undefined {
  return /(?:^|[/:-])([0-9a-f]{64})(?:\.scope)?(?:\/|$)/m.exec(groups)?.[1];
}
