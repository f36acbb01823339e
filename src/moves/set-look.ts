import { type FileStat, statFd } from "../host/stat.ts";
import type { Looked } from "../jobs/job.ts";
import { joinPath, type RawPath } from "../lib/raw-path.ts";
import { judgeAge, newestChange } from "../policies/age.ts";
import type { LookFacts } from "./look.ts";
import { plannedPlace } from "./planned-name.ts";
import { walkSet } from "./set-walk.ts";

/** By then nothing is from the future, and all is old. */
const endOfTimeMs = 8.64e15;
const mostRestored = 1_000;

/** Looks at a set with the eyes of a survey: when it is due depends on the newest of all that is in it. */
export function lookAtSet(facts: LookFacts, entry: RawPath, stat: FileStat): Looked {
  const { source, rule, host, surveyRule, isRestoredAt } = facts;
  const mount = statFd(source.root);
  const anyAge = { age: { ...surveyRule.age, olderThanMs: 0, settledForMs: 0 }, nowMs: endOfTimeMs };
  const restored: RawPath[] = [];
  let changedNs = newestChange(stat);
  const { newestNs } = walkSet({ root: source.root, entry, mount, rule: anyAge }, (found) => {
    const change = newestChange(found.stat);
    if (change > changedNs) changedNs = change;
    if (found.kind !== "file") return;
    const absolute = joinPath(source.path, found.path);
    if (restored.length < mostRestored && isRestoredAt(absolute, 0)) restored.push(absolute);
  });
  const newest = { accessedNs: newestNs, modifiedNs: newestNs, changedNs, bornNs: undefined };
  return {
    stat,
    judgeAt: (nowMs) =>
      judgeAge(newest, surveyRule.age, nowMs) ??
      (restored.some((path) => isRestoredAt(path, nowMs)) ? "restored-recently" : undefined),
    to: () => plannedPlace(rule, host, { path: entry, modifiedNs: newestNs, isDirectory: true }),
  };
}
