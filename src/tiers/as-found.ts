import { closeFd } from "../host/posix.ts";
import { factsWithout, inspectOpen, openTierPath, type TierFacts } from "./inspect.ts";
import { errorOfProblem, judgeIdentity } from "./judge.ts";
import { pinOn } from "./pin.ts";
import type { TierConfig, TierPin } from "./tier.ts";

/**
 * The pin of what lies at a tier's path now, where no adoption is known any more: it counts when it carries the tier's
 * own name and nothing else is wrong with it (PROTOCOLS section 1). Writes nothing. @throws OperatorError TIER_*
 */
export function pinAsFound(config: TierConfig, nowMs: number): TierPin {
  const opened = openTierPath(config);
  if ("errorCode" in opened) throw refusalOf(config, factsWithout(config, opened.errorCode));
  try {
    const facts = inspectOpen(config, opened.fd);
    const verdict = judgeIdentity(config, undefined, facts);
    const { identity, mount } = facts;
    const isNamed = identity.state === "present" && identity.identity.name === config.name;
    if (verdict.ok || verdict.id !== "not-adopted" || !isNamed || mount === undefined) throw refusalOf(config, facts);
    return pinOn(config, mount, { uuid: identity.identity.uuid, adoptedAt: new Date(nowMs).toISOString() });
  } finally {
    closeFd(opened.fd);
  }
}

function refusalOf(config: TierConfig, facts: TierFacts): Error {
  const verdict = judgeIdentity(config, undefined, facts);
  return verdict.ok ? new Error("a tier without a pin was taken for a known one") : errorOfProblem(verdict);
}
