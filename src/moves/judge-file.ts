import type { FileStat } from "../host/stat.ts";
import { baseName, type RawPath } from "../lib/raw-path.ts";
import { judgeAge } from "../policies/age.ts";
import { isLoginRecord } from "../policies/engine-data.ts";
import type { AgeRule } from "../policies/file-fact.ts";
import type { Matcher } from "../policies/patterns.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { canCreateAgain, type Ownership } from "../policies/rotation.ts";
import { asideNames } from "./set-aside.ts";

export interface JudgeRule {
  readonly matcher: Matcher;
  readonly age: AgeRule;
  readonly activeLogs: boolean;
}

/** What the file's directory says about it. */
export interface Surroundings {
  /** Names in this directory that a rotation will write to again. */
  readonly active: ReadonlySet<RawPath>;
  readonly directory: Ownership;
  /** logrotate's configuration lists this path. */
  readonly listedByLogrotate: (path: RawPath) => boolean;
}

/** Why a file stays, or `undefined` when it is due; from facts alone, before anybody is asked who has it open. */
export function judgeFile(
  file: { readonly path: RawPath; readonly stat: FileStat },
  rule: JudgeRule,
  around: { readonly surroundings: Surroundings; readonly nowMs: number },
): ReasonCode | undefined {
  const { path, stat } = file;
  const name = baseName(path);
  if (!rule.matcher.selects(path) || name.startsWith(asideNames)) return "excluded";
  if (stat.kind !== "file") return "special-file";
  if (isLoginRecord(name)) return "engine-data";
  if (stat.immutable || stat.appendOnly) return "immutable";
  const age = judgeAge(stat, rule.age, around.nowMs);
  if (age !== undefined) return age;
  return !rule.activeLogs && isActiveLog(file, around.surroundings) ? "active-log" : undefined;
}

function isActiveLog({ path, stat }: { path: RawPath; stat: FileStat }, around: Surroundings): boolean {
  const name = baseName(path);
  if (around.active.has(name) || around.listedByLogrotate(path)) return true;
  return name.endsWith(".log") && !canCreateAgain(stat, around.directory);
}
