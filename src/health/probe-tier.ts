import { currentUser } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import { closeFd } from "../host/posix.ts";
import { factsWithout, inspectOpen, openTierPath, type TierFacts } from "../tiers/inspect.ts";
import { type IdentityProblem, judgeIdentity } from "../tiers/judge.ts";
import type { IdentityAnswer, TierAnswer, TierItem, WriteAnswer } from "./items.ts";
import { tryWrite } from "./write-probe.ts";

/** Whether a tier is itself; then, and only then, a file is written to it, read back and deleted. */
export function probeTier(item: TierItem, host: Host): TierAnswer {
  const started = host.clock.elapsed();
  const opened = openTierPath(item.config);
  if ("errorCode" in opened) {
    const identity = judged(item, factsWithout(item.config, opened.errorCode));
    return { kind: "tier", identity, write: refusedWrite(identity), latencyMs: host.clock.elapsed() - started };
  }
  try {
    const facts = inspectOpen(item.config, opened.fd);
    const identity = judged(item, facts);
    const write = mayWrite(identity, facts) ? tryWrite(opened.fd, item.probeFile, host) : refusedWrite(identity);
    return { kind: "tier", identity, write, latencyMs: host.clock.elapsed() - started };
  } finally {
    closeFd(opened.fd);
  }
}

const notItself: WriteAnswer = { state: "not-tried", why: "the tier is not itself" };

function judged(item: TierItem, facts: TierFacts): IdentityAnswer {
  const verdict = judgeIdentity(item.config, item.pin, facts);
  const isRoot = currentUser() === 0;
  const isClosed = facts.errorCode === "EACCES" || facts.errorCode === "EPERM";
  if (verdict.ok && verdict.checked) return { state: "ok" };
  if (!isRoot && (verdict.ok || isClosed)) return { state: "not-checked", why: "needs root" };
  if (verdict.ok) return { state: "not-checked", why: "its file system has no identity to compare" };
  return verdict.id === "not-adopted" ? withoutPin(item, facts) : { state: "wrong", ...wrongWords(verdict) };
}

function wrongWords({ id, message, hint, expected, found }: IdentityProblem) {
  const compared = expected === undefined || found === undefined ? "" : `: expected ${expected}, found ${found}`;
  return { id, message: message + compared, hint };
}

function withoutPin(item: TierItem, facts: TierFacts): IdentityAnswer {
  const { identity } = facts;
  if (identity.state === "unreadable") return { state: "not-checked", why: "needs root" };
  const isNamed = identity.state === "present" && identity.identity.name === item.tier;
  // After a boot nothing has told the pins yet; a tier that carries its own name then says nothing bad.
  if (!item.pinsKnown && isNamed) return { state: "not-checked", why: "no run has told it since the last boot" };
  return { state: "not-adopted" };
}

function mayWrite(identity: IdentityAnswer, facts: TierFacts): boolean {
  if (facts.identity.state !== "present") return false;
  return identity.state === "ok" || identity.state === "not-checked";
}

function refusedWrite(identity: IdentityAnswer): WriteAnswer {
  if (identity.state === "wrong") return notItself;
  return { state: "not-tried", why: identity.state === "not-adopted" ? "not adopted" : "needs root" };
}
