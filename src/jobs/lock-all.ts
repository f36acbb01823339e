import { listDirectory, makeDirectories } from "../host/files.ts";
import { closeFd, open, openRoot } from "../host/posix.ts";
import { rawPath } from "../lib/raw-path.ts";
import { type LockRequest, lockJob } from "./lock.ts";

const suffix = ".lock";

/**
 * Takes the locks of these jobs and of every other that was ever held here, so that nothing writes to the catalog.
 * @throws OperatorError BUSY, naming the holder of the first that is held
 */
export async function lockAllJobs(jobs: readonly string[], request: Omit<LockRequest, "job">): Promise<Disposable> {
  using held = new DisposableStack();
  for (const job of new Set([...jobs, ...lockedBefore(request.stateDir)])) held.use(await lockJob({ ...request, job }));
  return held.move();
}

function lockedBefore(stateDir: string): readonly string[] {
  const folder = `${stateDir}/locks`;
  makeDirectories(folder, 0o700);
  const fd = openRoot(rawPath(folder), open.O_RDONLY | open.O_DIRECTORY);
  try {
    const names = [...listDirectory(fd)].map(({ name }) => name);
    return names.filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length));
  } finally {
    closeFd(fd);
  }
}
