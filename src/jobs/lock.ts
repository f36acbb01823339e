import { setTimeout as delay } from "node:timers/promises";
import { processState } from "../host/activity.ts";
import { makeDirectories } from "../host/files.ts";
import { closeFd, open, openBeneath, openRoot, readFully, tryLock, writeFully } from "../host/posix.ts";
import { isFull, OperatorError } from "../lib/errors.ts";
import { type RawPath, rawPath } from "../lib/raw-path.ts";
import { formatCount } from "../lib/units.ts";
import { releaseReserve } from "./reserve.ts";

export interface LockHolder {
  readonly pid: number;
  readonly since: string;
  readonly run: string;
  /** Files done, of so many; absent before there is a plan. */
  readonly done?: number;
  readonly planned?: number;
}

export interface JobLock extends Disposable {
  /** Tells whoever waits for it how far its holder is. */
  readonly tell: (holder: LockHolder) => void;
}

export interface LockRequest {
  readonly stateDir: string;
  readonly job: string;
  /** Names that the job had before: a run that began under one of them is a holder, too. */
  readonly formerly?: readonly string[];
  readonly holder: LockHolder;
  /** How long to wait for another holder, in milliseconds; 5 s unless said. */
  readonly waitMs?: number;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
  /** Called now and then while it waits. */
  readonly onWaiting?: () => void;
}

const usualWaitMs = 5_000;
const lookEveryMs = 100;

/**
 * Takes the lock of one job for as long as the result is held; the kernel gives it back when this process ends,
 * however it ends. @throws OperatorError BUSY, naming the holder; the signal's reason
 */
export async function lockJob(request: LockRequest): Promise<JobLock> {
  const { stateDir, job, formerly = [], holder } = request;
  using taken = new DisposableStack();
  const fds: number[] = [];
  for (const name of new Set([job, ...formerly])) fds.push(taken.adopt(await takeLock(request, name), closeFd));
  const tell = (now: LockHolder) => {
    for (const fd of fds) writeHolder(fd, stateDir, now);
  };
  tell(holder);
  const held = taken.move();
  return { tell, [Symbol.dispose]: () => held.dispose() };
}

async function takeLock({ stateDir, waitMs = usualWaitMs, ...request }: LockRequest, name: string): Promise<number> {
  const fd = openLock(stateDir, name);
  for (let waited = 0; !tryLock(fd); waited += lookEveryMs) {
    if (waited >= waitMs || request.signal?.aborted === true) {
      const current = readHolder(fd);
      closeFd(fd);
      request.signal?.throwIfAborted();
      throw busy(name, current);
    }
    request.onWaiting?.();
    await delay(lookEveryMs);
  }
  return fd;
}

function openLock(stateDir: string, job: string): number {
  const folder = `${stateDir}/locks`;
  makeDirectories(folder, 0o700);
  const directory = openRoot(rawPath(folder), open.O_RDONLY | open.O_DIRECTORY);
  try {
    return openBeneath(directory, `${job}.lock` as RawPath, open.O_RDWR | open.O_CREAT, 0o600);
  } finally {
    closeFd(directory);
  }
}

/** Always as long, so that one write replaces all of what was there and needs no new room on the disk. */
const holderBytes = 512;

function writeHolder(fd: number, stateDir: string, holder: LockHolder): void {
  const text = Buffer.alloc(holderBytes, " ");
  text.write(JSON.stringify(holder));
  try {
    writeFully(fd, text, 0);
  } catch (error) {
    if (!isFull(error)) throw error;
    releaseReserve(stateDir);
    writeFully(fd, text, 0);
  }
}

function readHolder(fd: number): string {
  const buffer = Buffer.alloc(4_096);
  return buffer.toString("utf8", 0, readFully(fd, buffer, 0));
}

function busy(job: string, text: string): OperatorError {
  const holder = parseHolder(text);
  if (holder === undefined) {
    return new OperatorError("BUSY", `${job} is being done already, by another process`, {
      hint: "wait for it, and run again",
    });
  }
  const { pid, since, run } = holder;
  const isStuck = processState(pid) === "stuck";
  const state = isStuck ? ", which is stuck in the kernel (state D)" : "";
  const message = `${job} is being done already, by pid ${pid}${state}, run ${run}, since ${since}${progressOf(holder)}`;
  const hint = isStuck
    ? "no signal ends it before its disk or server answers: tierkeep health; dmesg | tail"
    : `wait for it (ps -p ${pid}): tierkeep run ${job} --wait 2h`;
  return new OperatorError("BUSY", message, { hint });
}

function progressOf({ done, planned }: LockHolder): string {
  return done === undefined || planned === undefined
    ? ""
    : `: ${formatCount(done)} of ${formatCount(planned)} files done`;
}

/** The holder may be writing it this very moment. */
function parseHolder(text: string): LockHolder | undefined {
  try {
    return JSON.parse(text) as LockHolder;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
