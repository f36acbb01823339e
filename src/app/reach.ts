import type { Config } from "../config/config.ts";
import { type ConfigDeps, realConfigDeps } from "../config/deps.ts";
import { resolveRoot } from "../config/resolve-root.ts";
import { hasCode } from "../lib/errors.ts";
import { type RawPath, rawPath, textOfArgument } from "../lib/raw-path.ts";
import type { Reach } from "../restore/reach.ts";
import type { AppDoors } from "./app.ts";
import { hungTiers, onlyWatched } from "./shelf.ts";

export interface OpenReach extends Reach {
  /** Has probe children ask every file system on the way to these absolute paths that may hang, each once. */
  readonly ask: (paths: Iterable<RawPath>) => Promise<void>;
}

/** Nothing is known of any file system that may hang before it is asked. */
export function openReach(doors: AppDoors, config: Pick<Config, "host" | "runtimeDir">): OpenReach {
  const asked = new Map<string, boolean>();
  let deps = realConfigDeps();
  const firstUnasked = (path: RawPath) => {
    const { stoppedAt } = walk(path, deps, asked);
    return stoppedAt === undefined || asked.has(stoppedAt) ? undefined : stoppedAt;
  };
  return {
    ask: async (paths) => {
      for (const path of new Set(paths)) {
        for (let place = firstUnasked(path); place !== undefined; place = firstUnasked(path)) {
          const hung = await hungTiers(doors, config, [onlyWatched(place)]);
          doors.signal.throwIfAborted();
          asked.set(place, !hung.has(place));
          // Asking an idle automount mounts it.
          deps = realConfigDeps();
        }
      }
    },
    resolve: (path) => walk(path, deps, asked).resolved,
    answers: (path) => walk(path, deps, asked).stoppedAt === undefined,
  };
}

interface Walked {
  /** As far as file systems answer; from there on as written. */
  readonly resolved: RawPath;
  /** What does not answer, or was not asked. */
  readonly stoppedAt: string | undefined;
}

function walk(path: RawPath, deps: ConfigDeps, asked: ReadonlyMap<string, boolean>): Walked {
  let stoppedAt: string | undefined;
  const resolved = resolveRoot(textOfArgument(path), {
    readLink: (link) => readLink(link, deps),
    mayHang: (next) => {
      if (!deps.mayHang(next)) return false;
      const place = placeOf(next, deps);
      if (asked.get(place) === true) return false;
      stoppedAt = place;
      return true;
    },
  });
  return { resolved: rawPath(resolved), stoppedAt };
}

/** What is asked for a path: the mount that holds it, or itself below an automount that holds nothing yet. */
function placeOf(path: string, deps: ConfigDeps): string {
  const mountPoint = textOfArgument(deps.mountOf(path)?.mountPoint ?? rawPath(path));
  return deps.mayHang(mountPoint) ? mountPoint : path;
}

/** A file system that answers with an error alone has no links to follow. */
function readLink(path: string, deps: ConfigDeps): string | undefined {
  try {
    return deps.readLink(path);
  } catch (error) {
    if (hasCode(error, "ENOTCONN", "EIO", "ESTALE", "EHOSTDOWN", "ETIMEDOUT", "EPERM")) return undefined;
    throw error;
  }
}
