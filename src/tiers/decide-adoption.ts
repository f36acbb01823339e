import type { ErrorCode } from "../lib/error-codes.ts";
import { OperatorError } from "../lib/errors.ts";
import { describeFound, describePin, type Seen } from "./describe.ts";
import type { TierIdentity } from "./identity.ts";
import type { MountFacts, TierFacts } from "./inspect.ts";
import { errorOfProblem, type IdentityFinding, judgeIdentity } from "./judge.ts";
import type { TierConfig, TierPin } from "./tier.ts";

/** What adopting does: a new tier, one that another host made, one that is known, moved, or replaced. */
export type AdoptKind = "new" | "join" | "again" | "moved" | "replace";

export interface AdoptRequest {
  readonly config: TierConfig;
  /** What this host knows of the tier so far. */
  readonly pin: TierPin | undefined;
  /** The operator says that the tier's identity was moved to another file system. */
  readonly moved: boolean;
  /** The operator says that the known tier is gone and another one takes its name. */
  readonly replace: boolean;
}

export interface AdoptDecision {
  readonly kind: AdoptKind;
  readonly mount: MountFacts;
  /** What is on the tier already; `undefined` when it has to be written. */
  readonly identity: TierIdentity | undefined;
}

/**
 * What adopting would do with what lies at the path. Pure.
 * @throws OperatorError TIER_UNFIT, TIER_CLONED, TIER_UNAVAILABLE; ADOPT_REFUSED when it must be said that it is meant
 */
export function decideAdoption(request: AdoptRequest, facts: TierFacts): AdoptDecision {
  const mount = requireUsable(request, facts);
  const { config, pin } = request;
  const identity = requireReadable(config, facts);
  if (identity !== undefined && identity.name !== config.name) throw otherName(request, facts, identity);
  if (pin === undefined) return { kind: identity === undefined ? "new" : "join", mount, identity };
  if (identity?.uuid !== pin.uuid) {
    if (!request.replace) throw needsReplace(pin, { facts, mount });
    return { kind: "replace", mount, identity };
  }
  const isSame = mount.filesystemId === pin.filesystemId && mount.filesystemType === pin.filesystemType;
  if (!isSame && !request.moved) throw needsMoved(pin, { facts, mount });
  return { kind: isSame ? "again" : "moved", mount, identity };
}

/** What adopting is there to mend does not stand in its way. */
const mended: readonly IdentityFinding[] = ["not-adopted", "tier-identity"];

function requireUsable({ config, pin }: AdoptRequest, facts: TierFacts): MountFacts {
  // A known directory tier may have got another file system below it: that is `--replace`, not a missing mount.
  const verdict = judgeIdentity(config, config.directory ? undefined : pin, facts);
  if (!verdict.ok && (!mended.includes(verdict.id) || facts.mount === undefined)) {
    const isUnfit = verdict.id !== "tier-cloned" && verdict.id !== "tier-unreadable";
    throw isUnfit ? refusal("TIER_UNFIT", errorOfProblem(verdict)) : errorOfProblem(verdict);
  }
  const { mount } = facts;
  if (mount === undefined) throw new Error(`the facts of ${config.name} fit without a mount`);
  if (mount.readOnly) {
    throw new OperatorError("TIER_UNFIT", `${config.name} is mounted read-only`, {
      hint: `mount -o remount,rw ${mount.mountPoint}`,
    });
  }
  return mount;
}

function refusal(code: ErrorCode, error: OperatorError): OperatorError {
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  return new OperatorError(code, error.message, { ...hint, facts: error.facts });
}

function requireReadable(config: TierConfig, facts: TierFacts): TierIdentity | undefined {
  const { identity, mount, path } = facts;
  if (identity.state === "unreadable" || mount?.filesystemId === undefined) {
    throw new OperatorError("TIER_UNFIT", `what ${config.name} is cannot be found out`, { hint: "run as root" });
  }
  if (identity.state === "damaged") {
    throw new OperatorError("ADOPT_REFUSED", `${path}/.tierkeep/tier.json is there and cannot be understood`, {
      hint: `look at it (cat ${path}/.tierkeep/tier.json); move it away when it is worth nothing`,
    });
  }
  return identity.state === "present" ? identity.identity : undefined;
}

function otherName({ config }: AdoptRequest, facts: TierFacts, identity: TierIdentity): OperatorError {
  return new OperatorError("ADOPT_REFUSED", `${facts.path} carries the identity of the tier "${identity.name}"`, {
    hint: `mount ${config.name} there, or call the tier ${identity.name} in the configuration`,
  });
}

function needsReplace(pin: TierPin, seen: Seen): OperatorError {
  const what = seen.facts.identity.state === "present" ? "another tier of that name" : "no tier";
  return new OperatorError("ADOPT_REFUSED", `${pin.tier} is known, and what lies at ${seen.facts.path} is ${what}`, {
    facts: { expected: describePin(pin), found: describeFound(seen) },
    hint: `mount the known one; when it is gone for good: tierkeep tier adopt ${pin.tier} --replace`,
  });
}

function needsMoved(pin: TierPin, seen: Seen): OperatorError {
  return new OperatorError("ADOPT_REFUSED", `the identity of ${pin.tier} lies on another file system than before`, {
    facts: { expected: describePin(pin), found: describeFound(seen) },
    hint: `when it was moved there with all its files: tierkeep tier adopt ${pin.tier} --moved`,
  });
}
