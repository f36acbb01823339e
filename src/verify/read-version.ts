import type { Flaw } from "../catalog/flaws.ts";
import type { ToRead } from "../catalog/reading-list.ts";
import { newDeviceTurn } from "../host/device-turn.ts";
import { SystemError } from "../host/native.ts";
import { closeFd, dropCache } from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import { hasCode } from "../lib/errors.ts";
import { compareStream } from "../moves/compare-stream.ts";
import { frameBytes } from "../moves/framed.ts";
import { compareStored, openStored } from "../moves/read-back.ts";
import { readContent } from "../moves/stored-content.ts";
import { judgeFlaw } from "./judge-flaw.ts";

/** Waits until so many more bytes may be read. */
export type Pace = (bytes: number) => Promise<void>;

/** One thread reads. */
const alone = newDeviceTurn();

/** What opening meets where no file lies under the name: nothing, or something else. */
const notThere: Readonly<Record<string, string>> = {
  ENOENT: "nothing lies there",
  ENOTDIR: "its directory is not there",
  ELOOP: "a symbolic link lies there",
  ENXIO: "a socket lies there",
  ENODEV: "a device lies there",
};

/**
 * Reads a stored version from the device and compares it with what was stored: the flaw that it has, or `undefined`.
 * A file that cannot be read is damaged; whether its tier is there at all is asked elsewhere.
 */
export async function readVersion(root: number, version: ToRead, pace: Pace): Promise<Flaw | undefined> {
  try {
    const fd = openStored(root, version.storedAs, "device");
    try {
      return await readOpen(fd, version, pace);
    } finally {
      closeFd(fd);
    }
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    const there = notThere[error.code];
    if (there !== undefined) return { kind: "missing", message: there };
    return { kind: "damaged", message: `it cannot be read: ${error.call} ${error.code}` };
  }
}

async function readOpen(fd: number, version: ToRead, pace: Pace): Promise<Flaw | undefined> {
  const { kind } = statFd(fd);
  if (kind !== "file") return { kind: "missing", message: `a ${kind} lies there` };
  const problem = await compare(fd, version, pace);
  if (problem === undefined) {
    // Nobody else asked for these pages.
    dropCache(fd);
    return undefined;
  }
  const { modifiedNs, storedAtMs } = version;
  return judgeFlaw(problem, { stat: statFd(fd), isWhole: await isWhole(fd, version, pace), modifiedNs, storedAtMs });
}

async function compare(fd: number, version: ToRead, pace: Pace): Promise<string | undefined> {
  const { sizeBytes } = statFd(fd);
  if (sizeBytes !== version.storedBytes) return `${sizeBytes} bytes instead of ${version.storedBytes}`;
  if (version.sizeBytes > frameBytes || version.storedBytes > frameBytes) {
    return await compareStream(fd, version, droppingCache(fd, pace));
  }
  await pace(version.storedBytes);
  return compareStored({ fd, turn: alone }, version);
}

/** Reads on to the end of what is not what it should be. */
async function isWhole(fd: number, version: ToRead, pace: Pace): Promise<boolean> {
  const { bytes, problem } = readContent(fd, version);
  try {
    for await (const chunk of bytes) await pace(chunk.length);
    return problem() === undefined;
  } catch (error) {
    if (hasCode(error, "EIO")) return false;
    throw error;
  }
}

const droppedAtOnceBytes = 32 * 2 ** 20;

/** A big file would push what others need out of the page cache. */
function droppingCache(fd: number, pace: Pace): Pace {
  let read = 0;
  return async (bytes) => {
    read += bytes;
    if (read >= droppedAtOnceBytes) {
      dropCache(fd);
      read = 0;
    }
    await pace(bytes);
  };
}
