import { formatDuration } from "../lib/units.ts";
import type { Finding, TierHealth } from "../reports/health.ts";
import type { TierConfig } from "../tiers/tier.ts";
import { type FindingId, finding, findingTable } from "./findings.ts";
import type { IdentityAnswer, ItemOutcome, TierAnswer, WriteAnswer } from "./items.ts";

/** What the probe of a tier's path says about the tier itself. */
export interface ItselfJudgement {
  readonly identity: TierHealth["identity"];
  readonly writable: boolean | null;
  readonly clockAheadMs: number | null;
  readonly latencyMs: number | null;
  /** Wall time in milliseconds. */
  readonly hungSinceMs: number | undefined;
  /** The path shows another file system, whose fullness says nothing about the tier. */
  readonly isElsewhere: boolean;
  readonly notes: readonly string[];
  readonly findings: readonly Finding[];
}

/** Pure; `outcome` is `undefined` for a tier without a path. */
export function judgeItself(tier: TierConfig, outcome: ItemOutcome | undefined, nowMs: number): ItselfJudgement {
  if (outcome === undefined || outcome.state === "server-down") return nothingKnown;
  if (outcome.state === "hung") return judgeHung(tier, outcome.sinceMs, nowMs);
  if (outcome.state === "failed") return probeFailed(tier, outcome.message);
  if (outcome.answer.kind === "error") return probeFailed(tier, `${outcome.answer.call} ${outcome.answer.code}`);
  if (outcome.answer.kind !== "tier") return probeFailed(tier, "it answered something else");
  return judgeAnswer(tier, outcome.answer);
}

const nothingKnown: ItselfJudgement = {
  identity: "not-checked",
  writable: null,
  clockAheadMs: null,
  latencyMs: null,
  hungSinceMs: undefined,
  isElsewhere: false,
  notes: [],
  findings: [],
};

function judgeHung(tier: TierConfig, sinceMs: number, nowMs: number): ItselfJudgement {
  const forMs = formatDuration(Math.max(nowMs - sinceMs, 0));
  const message = `${tier.path} has not finished opening or writing a small file for ${forMs}; its jobs are skipped`;
  const found = finding("tier-hung", {
    tier: tier.name,
    message,
    hint: "look at dmesg, and at what else writes there",
  });
  return { ...nothingKnown, hungSinceMs: sinceMs, findings: [found] };
}

function probeFailed(tier: TierConfig, message: string): ItselfJudgement {
  const words = { tier: tier.name, message: `the probe of ${tier.path} failed: ${message}`, hint: "tierkeep health" };
  return { ...nothingKnown, findings: [finding("probe-failed", words)] };
}

function judgeAnswer(tier: TierConfig, answer: TierAnswer): ItselfJudgement {
  const { identity, write, latencyMs } = answer;
  return {
    identity: identity.state,
    writable: write.state === "not-tried" ? null : write.state === "done",
    clockAheadMs: write.state === "done" ? write.clockAheadMs : null,
    latencyMs,
    hungSinceMs: undefined,
    isElsewhere: identity.state === "wrong" && identity.id !== "tier-unreadable",
    notes: notesOf(identity, write),
    findings: [...identityFindings(tier, identity), ...writeFindings(tier, write), ...clockFindings(tier, write)],
  };
}

function notesOf(identity: IdentityAnswer, write: WriteAnswer): readonly string[] {
  const notes: string[] = [];
  if (identity.state === "not-checked")
    notes.push(`identity not checked${identity.why === "" ? "" : `: ${identity.why}`}`);
  if (write.state === "not-tried" && identity.state !== "wrong") notes.push(`no write tried: ${write.why}`);
  return notes;
}

function identityFindings(tier: TierConfig, identity: IdentityAnswer): readonly Finding[] {
  if (identity.state === "wrong") {
    const id = isWrongId(identity.id) ? identity.id : "tier-identity";
    return [finding(id, { tier: tier.name, message: identity.message, hint: identity.hint })];
  }
  if (identity.state !== "not-adopted") return [];
  const message = `${tier.name} was never adopted here, so no job uses it`;
  return [finding("not-adopted", { tier: tier.name, message, hint: `tierkeep tier adopt ${tier.name}` })];
}

type WrongId = Exclude<FindingId, "filesystem-full" | "inodes-full">;

function isWrongId(id: string): id is WrongId {
  return id in findingTable && id !== "filesystem-full" && id !== "inodes-full";
}

const clocksApartMs = 5 * 60_000;

function clockFindings(tier: TierConfig, write: WriteAnswer): readonly Finding[] {
  if (write.state !== "done" || Math.abs(write.clockAheadMs) <= clocksApartMs) return [];
  const apart = `${formatDuration(Math.abs(write.clockAheadMs))} ${write.clockAheadMs > 0 ? "ahead of" : "behind"}`;
  const message = `the server of ${tier.path} is ${apart} this machine's clock; no run moves or deletes anything`;
  return [finding("clocks-apart", { tier: tier.name, message, hint: "date; timedatectl; set the wrong one right" })];
}

function writeFindings(tier: TierConfig, write: WriteAnswer): readonly Finding[] {
  if (write.state !== "failed") return [];
  const message = `${tier.path} cannot be written: ${write.call} ${write.code}`;
  return [finding("tier-write-failed", { tier: tier.name, message, hint: writeHint(write.code) })];
}

function writeHint(code: string): string {
  if (code === "ENOSPC" || code === "EDQUOT") return "it is full, or its quota is: tierkeep plan";
  if (code === "EROFS") return "it is read-only, perhaps since an error: dmesg | tail";
  if (code === "EACCES" || code === "EPERM")
    return "look at the export's rights for root (root_squash) and at .tierkeep's owner";
  return "look at the device and at the kernel's messages: dmesg | tail";
}
