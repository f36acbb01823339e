import { listDirectory } from "../host/files.ts";
import { closeFd } from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import type { Looked } from "../jobs/job.ts";
import type { OpenSource } from "../jobs/source.ts";
import { statBeneath } from "../jobs/stat-beneath.ts";
import { baseName, joinPath, parentOf, type RawPath } from "../lib/raw-path.ts";
import { judgeAge } from "../policies/age.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { activeNames } from "../policies/rotation.ts";
import { openDirectory } from "../scan/open-directory.ts";
import { judgeFile, type Surroundings } from "./judge-file.ts";
import { plannedPlace } from "./planned-name.ts";
import type { MoveRule } from "./rule.ts";
import { lookAtSet } from "./set-look.ts";
import type { SurveyRule } from "./survey.ts";

export interface LookFacts {
  readonly source: OpenSource;
  readonly rule: MoveRule;
  readonly host: string;
  readonly surveyRule: Omit<SurveyRule, "nowMs" | "restoredRecently">;
  /** By absolute path: it would then still be left alone since it was restored. */
  readonly isRestoredAt: (path: RawPath, nowMs: number) => boolean;
}

/** Looks at one thing below the source with the eyes of a survey; `undefined` when it is not there. */
export function lookAtSource(facts: LookFacts, path: RawPath): Looked | undefined {
  const { source, rule, host } = facts;
  const stat = statBeneath(source.root, path);
  if (stat === undefined) return undefined;
  const isSet = rule.unit === "entry" && stat.kind === "directory" && path !== "" && !path.includes("/");
  if (isSet) return lookAtSet(facts, path, stat);
  const { surveyRule } = facts;
  const around = lazySurroundings(facts, parentOf(path));
  const fact = { ...stat, name: baseName(path) };
  // A scan goes by the stamps of the rule alone; all else is asked of what is old enough by them.
  const byStamp = { ...surveyRule.age, settledForMs: 0 };
  return {
    stat,
    judgeAt: (nowMs) =>
      judgeAge(fact, byStamp, nowMs) ??
      judgeFile({ path, stat }, surveyRule, { surroundings: around, nowMs }) ??
      judgePast(facts, path, nowMs),
    to: () => plannedPlace(rule, host, { path, modifiedNs: stat.modifiedNs, isDirectory: stat.kind === "directory" }),
  };
}

/** What the catalog remembers of it, in the order of `judgeDue`. */
function judgePast(
  { source, surveyRule, isRestoredAt }: LookFacts,
  path: RawPath,
  nowMs: number,
): ReasonCode | undefined {
  const absolute = joinPath(source.path, path);
  if (isRestoredAt(absolute, nowMs)) return "restored-recently";
  return !surveyRule.activeLogs && surveyRule.hadRotations(absolute) ? "active-log" : undefined;
}

/** Only what is old enough is judged by what lies beside it, so the directory is read when that is asked. */
function lazySurroundings({ source, surveyRule }: LookFacts, directory: RawPath): Surroundings {
  let read: Pick<Surroundings, "active" | "directory"> | undefined;
  const beside = () => {
    read ??= readSurroundings(source, directory);
    return read;
  };
  return {
    get active() {
      return beside().active;
    },
    get directory() {
      return beside().directory;
    },
    listedByLogrotate: (path) => surveyRule.listedByLogrotate(joinPath(source.path, path)),
  };
}

function readSurroundings(source: OpenSource, directory: RawPath): Pick<Surroundings, "active" | "directory"> {
  const fd = openDirectory(source.root, directory);
  try {
    return { active: activeNames([...listDirectory(fd)].map(({ name }) => name)), directory: statFd(fd) };
  } finally {
    closeFd(fd);
  }
}
