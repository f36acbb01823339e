import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Waits until a file of the running job has gone from the hot tier, then kills the run and its job. No signal handler helps. */
export async function killWhenGone(run: ChildProcess, marker: Buffer): Promise<readonly number[]> {
  const pid = run.pid;
  if (pid === undefined) throw new Error("the run did not start");
  const deadline = Date.now() + 60_000;
  while (existsSync(marker)) {
    if (run.exitCode !== null)
      throw new Error(`the run ended with exit code ${run.exitCode} before it could be killed`);
    if (Date.now() > deadline) throw new Error("the run did not get half-way within a minute");
    await sleep(1);
  }
  const pids = [...childrenOf(pid), pid];
  for (const each of pids) process.kill(each, "SIGKILL");
  while (pids.some(isAlive)) await sleep(5);
  return pids;
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
}

/** A killed process that nobody has waited for yet is no longer alive either. */
function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH")) return false;
    throw error;
  }
}
