import { listDirectory } from "../host/files.ts";
import { closeFd, open, openRoot } from "../host/posix.ts";
import { hasCode } from "../lib/errors.ts";
import { parentOf, type RawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { engineOfDirectory } from "../policies/engine-data.ts";
import { type Mount, mountOf, readMounts } from "../tiers/mounts.ts";
import type { Refusal } from "./job.ts";
import type { OpenSource } from "./source.ts";

/** A path that a job uses, and the mount on which it sees it. */
export interface SeenPath {
  readonly path: RawPath;
  readonly mount: Mount | undefined;
}

/** A hardened unit may see an empty directory where everybody else sees the data (HAZARDS C9). */
export function refuseHiddenMount(seen: readonly SeenPath[]): Refusal | undefined {
  const everybodys = mountsOfEverybody();
  if (everybodys === undefined) return undefined;
  const hidden = seen.find(({ path, mount }) => !isSameMount(mount, mountOf(everybodys, path)));
  if (hidden === undefined) return undefined;
  return {
    guard: "hidden-mount",
    message: `this service sees another file system at ${shellQuote(hidden.path)} than the machine does`,
    hint: "take PrivateTmp=, ProtectHome= and the like off the unit (systemctl cat tierkeep)",
  };
}

/** `undefined` where process 1 cannot be looked at. */
function mountsOfEverybody(): readonly Mount[] | undefined {
  try {
    return readMounts(1);
  } catch (error) {
    if (hasCode(error, "EACCES", "EPERM", "ENOENT")) return undefined;
    throw error;
  }
}

function isSameMount(own: Mount | undefined, theirs: Mount | undefined): boolean {
  return own !== undefined && theirs !== undefined && own.device === theirs.device && own.root === theirs.root;
}

/** A source somewhere inside an engine's data. */
export function refuseEngineData(source: OpenSource): Refusal | undefined {
  const engine = engineAbove(source.path);
  if (engine === undefined) return undefined;
  return {
    guard: "engine-data",
    message: `the source ${shellQuote(source.path)} lies in ${engine}'s own files; an age rule must never sweep those`,
    hint: "let the engine write its logs elsewhere, and name that directory",
  };
}

export function refuseReadOnly(source: OpenSource): Refusal | undefined {
  if (!source.readOnly) return undefined;
  return {
    guard: "source-read-only",
    message: `the source ${shellQuote(source.path)} is mounted read-only, so nothing could be removed from it`,
    hint: `mount -o remount,rw ${source.place.mountPoint}, if that is meant`,
  };
}

function engineAbove(source: RawPath): string | undefined {
  for (const path of ancestors(source)) {
    const engine = engineOfDirectory(namesIn(path));
    if (engine !== undefined) return engine;
  }
  return undefined;
}

/** The directories above a path, itself first. */
function* ancestors(path: RawPath): Generator<RawPath> {
  for (let at = path; ; at = parentOf(at)) {
    yield at;
    if (at === "/") return;
  }
}

function namesIn(path: RawPath): readonly string[] {
  try {
    const fd = openQuietly(path);
    try {
      return [...listDirectory(fd)].map((entry) => entry.name);
    } finally {
      closeFd(fd);
    }
  } catch (error) {
    if (hasCode(error, "EACCES", "ENOENT")) return [];
    throw error;
  }
}

/** Without a trace in its access time where we may (HAZARDS M26). */
function openQuietly(path: RawPath): number {
  const flags = open.O_RDONLY | open.O_DIRECTORY;
  try {
    return openRoot(path, flags | open.O_NOATIME);
  } catch (error) {
    if (!hasCode(error, "EPERM")) throw error;
    return openRoot(path, flags);
  }
}
