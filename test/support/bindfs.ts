import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { scratch } from "./scratch.ts";

export interface BindfsMount extends AsyncDisposable {
  readonly path: string;
  /** The file system's own process; SIGSTOP makes the mount hang, SIGCONT lets it answer again. */
  readonly pid: number;
}

/**
 * Shows `source` through FUSE at another path. Like NFS, bindfs 1.14 has no `RENAME_NOREPLACE` (`EINVAL`, measured).
 * `args` are bindfs's own, such as `--chown-deny` for a NAS with root_squash.
 */
export async function mountBindfs(source: string, args: readonly string[] = []): Promise<BindfsMount> {
  const directory = scratch("bindfs");
  const command = ["--pdeathsig", "KILL", "bindfs", "-f", ...args, source, directory.path];
  const child = spawn("setpriv", command, { stdio: "ignore" });
  const pid = child.pid;
  if (pid === undefined) throw new Error("setpriv or bindfs cannot be started");
  await mounted(directory.path, child);
  return {
    path: directory.path,
    pid,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null) child.kill("SIGCONT");
      execFileSync("umount", ["-l", directory.path]);
      await ended(child);
      directory[Symbol.dispose]();
    },
  };
}

async function mounted(path: string, child: ChildProcess): Promise<void> {
  while (!readFileSync("/proc/self/mountinfo", "latin1").includes(` ${path} `)) {
    if (child.exitCode !== null) throw new Error(`bindfs ended with ${child.exitCode}`);
    await pause(5);
  }
}

/** Waits for the end that the unmount brings; a process that somebody still keeps busy is killed. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const timer = setTimeout(() => child.kill("SIGKILL"), 1_000);
  await once(child, "exit");
  clearTimeout(timer);
}
