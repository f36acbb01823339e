import { holdName } from "../host/held-name.ts";
import { closeFd, open, openBeneath } from "../host/posix.ts";
import { hasBirthTime, isGuardedStat, kindOfStat, modeOfStat, stampMs } from "../host/raw-stat.ts";
import { statFd } from "../host/stat.ts";
import { kindIn, linksIn, ownerIn } from "../host/stat-bytes.ts";
import { parentOf, type RawPath } from "../lib/raw-path.ts";
import type { UseLook, UseReason } from "./in-use.ts";
import type { InodeFacts } from "./judge.ts";
import type { ScratchRoot } from "./open-directory.ts";
import { type Stamp, stamps } from "./rule.ts";

/** How a thing is asked that is due by its own facts. */
export interface DueJudge {
  readonly root: ScratchRoot;
  readonly look: UseLook;
}

export interface DueName {
  /** Open. */
  readonly directory: number;
  readonly name: RawPath;
  /** From the root. */
  readonly path: RawPath;
}

/** What only a look at the thing itself, or around it, can tell; `stat` is what it was when it was looked at last. */
export function judgeDue(
  { root, look }: DueJudge,
  { directory, name, path }: DueName,
  stat: Buffer,
): UseReason | "linked-elsewhere" | undefined {
  const isLinked = kindIn(stat) === "file" && linksIn(stat) > 1;
  if (isLinked && isForeign(root.fd, path, ownerIn(stat))) return "linked-elsewhere";
  holdName(name);
  return look.unlessUsed<never>(directory, stat, () => undefined);
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

/** Facts of what was looked at last, to be judged before the next look. */
export function factsOfLook(): InodeFacts {
  return { kind: kindOfStat(), mode: modeOfStat(), isGuarded: isGuardedStat(), stampMs: stampOfLook };
}

/** The same to be judged later, too. */
export function keptFactsOfLook(): InodeFacts {
  const ms = new Map(stamps.map((stamp) => [stamp, stampOfLook(stamp)]));
  return { ...factsOfLook(), stampMs: (stamp) => ms.get(stamp) };
}

function stampOfLook(stamp: Stamp): number | undefined {
  return stamp === "btime" && !hasBirthTime() ? undefined : stampMs(stamp);
}
