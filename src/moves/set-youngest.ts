import { closeFd } from "../host/posix.ts";
import type { Scanning } from "../jobs/scan-source.ts";
import type { OpenSource } from "../jobs/source.ts";
import { statBeneath } from "../jobs/stat-beneath.ts";
import { bytesOf, type RawPath, rawPathOfBytes } from "../lib/raw-path.ts";
import { judgeAge } from "../policies/age.ts";
import { openDirectory } from "../scan/open-directory.ts";
import type { SurveyRule } from "./survey.ts";

/**
 * Of each set that stays as it is too young, one file that keeps it. A survey asks that file first: if it is still there
 * and still too young it answers for all of its set. Nothing is believed that is not looked at, so what the scan index
 * has lost or made up costs a walk and changes no plan.
 */
export interface YoungestFiles {
  /** What kept the set last time keeps it now. */
  readonly isStillYoung: (entry: RawPath) => boolean;
  /** By its path from the source. */
  readonly remember: (entry: RawPath, path: RawPath) => void;
  /** All entries were looked at: what was remembered of others is forgotten. */
  readonly finish: () => void;
}

export function openYoungestFiles(
  source: OpenSource,
  rule: Pick<SurveyRule, "age" | "nowMs">,
  scanning: Scanning,
): YoungestFiles {
  const { job, isFull } = scanning;
  const index = scanning.index.openTree({ job, root: source.path, identity: "the youngest file of each set" });
  const isYoung = (entry: RawPath, file: RawPath) => {
    const fd = openDirectory(source.root, entry);
    try {
      const stat = statBeneath(fd, file);
      return stat?.kind === "file" && judgeAge(stat, rule.age, rule.nowMs) === "too-young";
    } finally {
      closeFd(fd);
    }
  };
  return {
    isStillYoung: (entry) => {
      const known = isFull ? undefined : index.read(entry);
      if (known === undefined || !isYoung(entry, rawPathOfBytes(known))) return false;
      index.write(entry, known);
      return true;
    },
    remember: (entry, path) => index.write(entry, bytesOf(path.slice(entry.length + 1) as RawPath)),
    finish: () => index.finish({ startedMs: rule.nowMs, isFull: true }),
  };
}
