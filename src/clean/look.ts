import type { Looked } from "../jobs/job.ts";
import type { OpenSource } from "../jobs/source.ts";
import { statBeneath } from "../jobs/stat-beneath.ts";
import { joinPath, type RawPath } from "../lib/raw-path.ts";
import { factsOf, type JudgeRule, judgeDirectory, judgeFile } from "./judge.ts";

export interface LookFacts {
  readonly source: OpenSource;
  readonly judgeRule: JudgeRule;
  /** By absolute path: it would then still be left alone since it was restored. */
  readonly isRestoredAt: (path: RawPath, nowMs: number) => boolean;
}

/** Looks at one thing below the scratch directory with the eyes of a survey; `undefined` when it is not there. */
export function lookAtScratch({ source, judgeRule, isRestoredAt }: LookFacts, path: RawPath): Looked | undefined {
  const stat = statBeneath(source.root, path);
  if (stat === undefined) return undefined;
  const judge = stat.kind === "directory" ? judgeDirectory : judgeFile;
  const isRestored = (nowMs: number) => isRestoredAt(joinPath(source.path, path), nowMs);
  const facts = factsOf(stat);
  return {
    stat,
    judgeAt: (nowMs) =>
      judge({ path, facts }, judgeRule, nowMs) ?? (isRestored(nowMs) ? "restored-recently" : undefined),
    to: () => undefined,
  };
}
