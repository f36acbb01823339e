import { modifiedMs } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import { closeFd, dropCache, open, openBeneath, readFully, syncFile, unlinkFile, writeFully } from "../host/posix.ts";
import { hasCode } from "../lib/errors.ts";
import { type RawPath, rawPath } from "../lib/raw-path.ts";
import { ownDirectory } from "../tiers/identity.ts";
import type { WriteAnswer } from "./items.ts";

/**
 * Writes `.tierkeep/<name>` anew, reads it back from the device and deletes it: the mount table goes on saying `rw`
 * of a file system whose journal is dead (HAZARDS C10).
 */
export function tryWrite(root: number, name: string, host: Host): WriteAnswer {
  try {
    const directory = openBeneath(root, ownDirectory, open.O_RDONLY | open.O_DIRECTORY);
    try {
      return writeReadDelete(directory, rawPath(name), host);
    } finally {
      closeFd(directory);
    }
  } catch (error) {
    return failureOf(error);
  }
}

function probeContent(host: Host): Buffer {
  const text = `tierkeep health ${new Date(host.clock.now()).toISOString()} ${host.random(16).toString("hex")}\n`;
  return Buffer.from(text);
}

function writeReadDelete(directory: number, name: RawPath, host: Host): WriteAnswer {
  const content = probeContent(host);
  removeLeftover(directory, name);
  const fd = openBeneath(directory, name, open.O_RDWR | open.O_CREAT | open.O_EXCL, 0o600);
  let isSame: boolean;
  let clockAheadMs: number;
  try {
    const beforeMs = host.clock.now();
    writeFully(fd, content, 0, name);
    syncFile(fd, name);
    clockAheadMs = outside(modifiedMs(fd), beforeMs, host.clock.now());
    dropCache(fd);
    const found = Buffer.alloc(content.length);
    isSame = readFully(fd, found, 0, name) === content.length && found.equals(content);
  } catch (error) {
    closeFd(fd);
    removeLeftover(directory, name);
    throw error;
  }
  closeFd(fd, name);
  unlinkFile(directory, name);
  return isSame
    ? { state: "done", clockAheadMs }
    : { state: "failed", code: "other content than was written", call: "read" };
}

/** How far a time lies after a span, negative when it lies before. Kernels stamp with a clock that lags by a tick. */
function outside(timeMs: number, fromMs: number, toMs: number): number {
  return Math.round(Math.max(timeMs - toMs, 0) + Math.min(timeMs - fromMs, 0));
}

/** A probe that was killed may have left its file; the name is health's own. */
function removeLeftover(directory: number, name: RawPath): void {
  try {
    unlinkFile(directory, name);
  } catch (error) {
    if (!hasCode(error, "ENOENT", "EROFS")) throw error;
  }
}

function failureOf(error: unknown): WriteAnswer {
  if (!(error instanceof Error) || !("code" in error) || !("call" in error)) throw error;
  return { state: "failed", code: String(error.code), call: String(error.call) };
}
