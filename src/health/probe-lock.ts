import { currentUser, makeDirectories, modifiedMs, ownDirectory, pathExists } from "../host/files.ts";
import { closeFd, open, openBeneath, openRoot, setMode, setTimes, tryLock } from "../host/posix.ts";
import { hasCode, messageOf, OperatorError } from "../lib/errors.ts";
import { rawPath } from "../lib/raw-path.ts";

/** Where the locks of probe children are; the file's modification time is when the holder was started. */
export interface LockDirectory extends Disposable {
  readonly fd: number;
}

export interface LockPlaces {
  readonly runtimeDir: string;
  /** `$XDG_RUNTIME_DIR`, when there is one. */
  readonly userRuntimeDir: string | undefined;
}

/**
 * Opens the first place that this user may write: `<runtime_dir>/probes`, else one of the user's own.
 * Such a place lies on a local disk or in memory, never on a tier.
 * @throws OperatorError EXTERNAL when there is none
 */
export function openLockDirectory(places: LockPlaces): LockDirectory {
  const tried: string[] = [];
  for (const path of candidates(places)) {
    try {
      if (path === places.runtimeDir) ensureShared(path);
      else ownDirectory(path); // or its owner could put another directory in the place of ours
      ownDirectory(`${path}/probes`);
      const fd = openRoot(rawPath(`${path}/probes`), open.O_RDONLY | open.O_DIRECTORY);
      return { fd, [Symbol.dispose]: () => closeFd(fd) };
    } catch (error) {
      if (!hasCode(error, ...unusable)) throw error;
      tried.push(messageOf(error));
    }
  }
  throw new OperatorError("EXTERNAL", "there is no directory for the locks of probes", {
    hint: "without them a hung file system would collect stuck processes: make one of these writable",
    facts: Object.fromEntries(tried.map((message, index) => [`tried ${index + 1}`, message])),
  });
}

/** The runtime directory itself is for everybody to read, whatever the umask. */
function ensureShared(path: string): void {
  if (pathExists(path)) return;
  makeDirectories(path, 0o755);
  const fd = openRoot(rawPath(path), open.O_RDONLY | open.O_DIRECTORY);
  try {
    setMode(fd, 0o755);
  } finally {
    closeFd(fd);
  }
}

const unusable = ["EACCES", "EPERM", "EROFS", "ENOENT", "ENOTDIR", "EEXIST", "ENOSPC", "EDQUOT", "ENOTSUP"];

function candidates({ runtimeDir, userRuntimeDir }: LockPlaces): readonly string[] {
  const user = currentUser();
  const own = userRuntimeDir?.startsWith("/") === true ? [`${userRuntimeDir}/tierkeep`] : [];
  return [runtimeDir, ...own, `/tmp/tierkeep-${user}`, `/dev/shm/tierkeep-${user}`];
}

export type LockAttempt =
  /** A descriptor to be inherited by the child and closed here. `sinceMs` is wall time, now. */
  | { readonly held: true; readonly fd: number; readonly sinceMs: number }
  /** Another child has it since then. */
  | { readonly held: false; readonly sinceMs: number };

/** Takes the lock without waiting. @throws SystemError */
export function tryProbeLock(directory: LockDirectory, name: string, nowMs: number): LockAttempt {
  const fd = openBeneath(directory.fd, rawPath(`${name}.lock`), open.O_RDWR | open.O_CREAT, 0o600);
  try {
    if (!tryLock(fd)) {
      const sinceMs = modifiedMs(fd);
      closeFd(fd);
      return { held: false, sinceMs };
    }
    const sinceMs = Math.round(nowMs);
    const sinceNs = BigInt(sinceMs) * 1_000_000n;
    setTimes(fd, sinceNs, sinceNs);
    return { held: true, fd, sinceMs };
  } catch (error) {
    closeFd(fd);
    throw error;
  }
}
