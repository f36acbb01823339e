import { setTimeout as delay } from "node:timers/promises";
import { makeDirectories } from "../host/files.ts";
import { closeFd, open, openBeneath, openRoot, readFully, truncateFile, tryLock, writeFully } from "../host/posix.ts";
import { OperatorError } from "../lib/errors.ts";
import { type RawPath, rawPath } from "../lib/raw-path.ts";

export interface LockHolder {
  readonly pid: number;
  readonly since: string;
  readonly run: string;
}

const waitMs = 5_000;
const lookEveryMs = 100;

/**
 * Takes the lock of one job for as long as the result is held; the kernel gives it back when this process ends,
 * however it ends. Waits up to 5 s. @throws OperatorError BUSY, naming the holder
 */
export async function lockJob(stateDir: string, job: string, holder: LockHolder): Promise<Disposable> {
  const folder = `${stateDir}/locks`;
  makeDirectories(folder, 0o700);
  const directory = openRoot(rawPath(folder), open.O_RDONLY | open.O_DIRECTORY);
  const name = `${job}.lock` as RawPath;
  const fd = openBeneath(directory, name, open.O_RDWR | open.O_CREAT, 0o600);
  closeFd(directory);
  for (let waited = 0; !tryLock(fd); waited += lookEveryMs) {
    if (waited >= waitMs) {
      const current = readHolder(fd);
      closeFd(fd);
      throw busy(job, current);
    }
    await delay(lookEveryMs);
  }
  truncateFile(fd, 0);
  writeFully(fd, Buffer.from(JSON.stringify(holder)), 0, rawPath(`${folder}/${name}`));
  return { [Symbol.dispose]: () => closeFd(fd) };
}

function readHolder(fd: number): string {
  const buffer = Buffer.alloc(4_096);
  return buffer.toString("utf8", 0, readFully(fd, buffer, 0));
}

function busy(job: string, text: string): OperatorError {
  const holder = parseHolder(text);
  const who = holder === undefined ? "another process" : `pid ${holder.pid}, run ${holder.run}, since ${holder.since}`;
  return new OperatorError("BUSY", `${job} is being done already, by ${who}`, {
    hint: holder === undefined ? "wait for it, and run again" : `wait for it (ps -p ${holder.pid}), and run again`,
  });
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
