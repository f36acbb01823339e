import type { JobRule } from "../config/config.ts";
import { excludingPattern } from "../explain/excluding-pattern.ts";
import { type Gathered, type Gathering, gather, type Staying, type Verdict } from "../explain/gather.ts";
import { nextDailyRun } from "../explain/next-run.ts";
import { type FileUser, usersOfFile } from "../host/file-users.ts";
import type { FileStat } from "../host/stat.ts";
import type { Job, Looked, Plan } from "../jobs/job.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { firstMoment, passesWithTime } from "../policies/due.ts";
import type { InTheWay } from "../policies/kept.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import type { ExplainedVerdict, FileUserFields, FoundThing, StayingBelow } from "../reports/explain.ts";
import { pathFields } from "../reports/path.ts";
import type { ExplainedPath } from "./job-messages.ts";

/** What a job's plan says of one path. */
export interface Explaining {
  readonly kept: Gathering["kept"];
  readonly of: (plan: Plan) => ExplainedPath;
}

interface Asked {
  readonly job: Job;
  readonly rule: JobRule;
  /** From the source. */
  readonly path: RawPath;
  readonly nowMs: number;
}

/** Listens to the making of a plan, then says what of it concerns the path. */
export function explaining(asked: Asked): Explaining {
  const { job, path, nowMs } = asked;
  const gathering = gather({ path, nowMs, look: job.look });
  return {
    kept: gathering.kept,
    of: (plan) => {
      for (const step of plan.steps()) gathering.step(step);
      const gathered = gathering.result();
      const found = job.look(path)?.stat;
      return {
        found: found === undefined ? null : foundThing(found),
        verdict: gathered.verdict === undefined ? null : verdictFields(asked, gathered.verdict, found),
        due: gathered.due,
        kept: keptFields(gathered),
      };
    },
  };
}

function foundThing({ kind, sizeBytes, modifiedNs }: FileStat): FoundThing {
  return { kind, sizeBytes, modifiedAt: iso(Number(modifiedNs / 1_000_000n)) };
}

function verdictFields(asked: Asked, verdict: Verdict, found: FileStat | undefined): ExplainedVerdict {
  const { nowMs, job, rule } = asked;
  const inTheWay = verdict.step === undefined ? verdict.inTheWay : undefined;
  const used = inTheWay === undefined ? found : job.look(inTheWay.path)?.stat;
  const users = used === undefined || used.kind === "directory" ? [] : usersOfFile(used).map(userFields);
  const decided = { ...pathFields(verdict.path), users, inTheWay: inTheWay === undefined ? null : wayFields(inTheWay) };
  if (verdict.step !== undefined) {
    const { action, to } = verdict.step;
    const runAt = iso(nextDailyRun(nowMs));
    return { ...decided, ...undecided, reason: "due", action, runAt, to: to ?? null };
  }
  const { reason } = verdict;
  return { ...decided, ...undecided, reason, pattern: patternOf(rule, verdict), ...laterOf(job, verdict, nowMs) };
}

function wayFields({ path, why }: InTheWay): ExplainedVerdict["inTheWay"] {
  return { ...pathFields(path), why };
}

const undecided = { action: null, dueAt: null, runAt: null, thenReason: null, to: null, pattern: null } as const;

function patternOf(rule: JobRule, { reason, path }: Verdict): string | null {
  if (reason !== "excluded" || rule.kind === "docker") return null;
  return excludingPattern(rule, path) ?? null;
}

type Later = Pick<ExplainedVerdict, "dueAt" | "runAt" | "thenReason" | "to">;

/** What time will do to it, if nobody touches it. */
function laterOf(job: Job, { reason, path }: Verdict, nowMs: number): Partial<Later> {
  const looked = passesWithTime(reason) ? job.look(path) : undefined;
  if (looked === undefined) return {};
  const dueMs = firstMoment((ms) => !passesWithTime(looked.judgeAt(ms)), nowMs);
  return dueMs === undefined ? {} : laterFields(looked, dueMs);
}

function laterFields(looked: Looked, dueMs: number): Later {
  const thenReason: ReasonCode | undefined = looked.judgeAt(dueMs);
  if (thenReason !== undefined) return { dueAt: iso(dueMs), runAt: null, thenReason, to: null };
  return { dueAt: iso(dueMs), runAt: iso(nextDailyRun(dueMs)), thenReason: null, to: looked.to() ?? null };
}

/** The container is told by its id here; whoever may ask Docker finds its name. */
function userFields({ pid, command, use, startedMs, containerId }: FileUser): FileUserFields {
  return { pid, command, use, startedAt: iso(startedMs), container: containerId ?? null };
}

function keptFields({ staying }: Gathered): Readonly<Record<string, StayingBelow>> {
  return Object.fromEntries([...staying].map(([reason, each]) => [reason, stayingFields(each)]));
}

function stayingFields({ count, bytes, firstDueMs, examples }: Staying): StayingBelow {
  const firstDueAt = firstDueMs === undefined ? null : iso(firstDueMs);
  return { count, bytes, firstDueAt, examples: examples.map(pathFields) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
