import { hasCode } from "../lib/errors.ts";
import type { ConfigDeps } from "./deps.ts";
import { type LogrotateRule, type LogrotateText, parseLogrotate } from "./logrotate.ts";

const logrotateFile = "/etc/logrotate.conf";

/** Endings that logrotate itself passes over in an included directory (its `tabooext`). */
const taboo = /(,v|\.bak|\.cfsaved|\.disabled|\.dpkg-\w+|\.ucf-\w+|\.rpm\w+|\.rhn-cfg-tmp-.*|\.swp|~)$/;

/** What this machine's logrotate is told to do; nothing when it isn't there or may not be read. */
export function readLogrotate(deps: Pick<ConfigDeps, "readText" | "listNames">): readonly LogrotateRule[] {
  return readFiles(deps, logrotateFile).flatMap((main) => parseLogrotate(main, (path) => readIncluded(deps, path)));
}

type Files = Pick<ConfigDeps, "readText" | "listNames">;

function readIncluded(deps: Files, path: string): readonly LogrotateText[] {
  const names = attempt(() => deps.listNames(path));
  if (names === undefined) return readFiles(deps, path);
  const paths = names.filter((name) => !taboo.test(name) && !name.startsWith(".")).map((name) => `${path}/${name}`);
  return paths.flatMap((file) => readFiles(deps, file));
}

function readFiles(deps: Files, path: string): readonly LogrotateText[] {
  const text = attempt(() => deps.readText(path));
  return text === undefined ? [] : [{ path, text }];
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (hasCode(error, "ENOENT", "EACCES", "ENOTDIR", "EISDIR", "ELOOP")) return undefined;
    throw error;
  }
}
