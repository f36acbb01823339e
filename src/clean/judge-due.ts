import { holdName } from "../host/held-name.ts";
import { closeFd, open, openBeneath } from "../host/posix.ts";
import {
  copyStat,
  deviceOfStat,
  hasBirthTime,
  isGuardedStat,
  kindOfStat,
  linksOfStat,
  modeOfStat,
  mountIdOfStat,
  ownerOfStat,
  stampMs,
  statBytes,
} from "../host/raw-stat.ts";
import { statFd } from "../host/stat.ts";
import { joinPath, parentOf, type RawPath } from "../lib/raw-path.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import type { UseLook } from "./in-use.ts";
import type { InodeFacts } from "./judge.ts";
import type { ScratchRoot } from "./open-directory.ts";
import type { Stamp } from "./rule.ts";

/** What is asked of a thing that is due by its own facts. */
export interface DueJudge {
  readonly root: ScratchRoot;
  /** Absolute. */
  readonly path: RawPath;
  readonly look: UseLook;
  /** By absolute path. */
  readonly restoredRecently: (path: RawPath) => boolean;
}

export interface DueName {
  /** Open. */
  readonly directory: number;
  readonly name: RawPath;
  readonly path: RawPath;
}

/** What only a look at the thing itself, or around it, can tell; it was looked at last (`raw-stat.ts`), and still is after it. */
export function judgeDue(due: DueJudge, { directory, name, path }: DueName): ReasonCode | undefined {
  if (due.restoredRecently(joinPath(due.path, path))) return "restored-recently";
  const isLinked = kindOfStat() === "file" && linksOfStat() > 1;
  if (isLinked && isForeign(due.root.fd, path, ownerOfStat())) return "linked-elsewhere";
  const stat = Buffer.allocUnsafe(statBytes);
  copyStat(stat);
  holdName(name);
  return due.look.unlessUsed(directory, stat, () => undefined);
}

/** A file with several names that is nobody's who owns a directory above it: somebody may have planted a link (HAZARDS D2). */
function isForeign(root: number, path: RawPath, owner: number): boolean {
  for (let at = parentOf(path); ; at = parentOf(at)) {
    const fd = openBeneath(root, at, open.O_PATH | open.O_DIRECTORY | open.O_NOFOLLOW);
    const { uid } = statFd(fd);
    closeFd(fd);
    if (uid === owner) return false;
    if (at === "") return true;
  }
}

/** The directory that was looked at last is not the root's own file system's; a nested subvolume is not. */
export function isForeignDirectory({ mountId, device }: ScratchRoot): boolean {
  return mountIdOfStat() !== mountId || deviceOfStat() !== device;
}

/** Facts of what was looked at last, to be judged before the next look. */
export function factsOfLook(): InodeFacts {
  return { kind: kindOfStat(), mode: modeOfStat(), isGuarded: isGuardedStat(), stampMs: stampOfLook };
}

function stampOfLook(stamp: Stamp): number | undefined {
  return stamp === "btime" && !hasBirthTime() ? undefined : stampMs(stamp);
}
