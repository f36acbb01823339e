import { OperatorError } from "../lib/errors.ts";
import { describeFound, describePin, type Seen } from "./describe.ts";
import type { TierFacts } from "./inspect.ts";
import type { TierConfig, TierPin } from "./tier.ts";

/** The findings that make a tier unavailable; health reports them under these ids. */
export type IdentityFinding =
  | "tier-not-mounted"
  | "tier-unreadable"
  | "tier-identity"
  | "tier-cloned"
  | "wrong-filesystem-type"
  | "not-adopted";

export type IdentityVerdict = IdentityMatch | IdentityProblem;

export interface IdentityMatch {
  readonly ok: true;
  readonly uuid: string;
  /** False without the right to read the identity: what could be compared fits. */
  readonly checked: boolean;
}

export interface IdentityProblem {
  readonly ok: false;
  readonly id: IdentityFinding;
  readonly message: string;
  readonly hint: string;
  /** For people; present when something was expected. */
  readonly expected?: string;
  readonly found?: string;
}

/** Is what lies at the path the tier that was adopted? Pure; the facts come from `inspectTier`. */
export function judgeIdentity(config: TierConfig, pin: TierPin | undefined, facts: TierFacts): IdentityVerdict {
  const mount = facts.mount;
  if (mount === undefined) return judgeUnopened(config, pin, facts);
  return (
    judgeMount(config, pin, { facts, mount }) ??
    judgeClones(config, facts) ??
    (pin === undefined ? judgeUnpinned(config, facts) : judgePinned(config, pin, { facts, mount }))
  );
}

function judgeUnopened(config: TierConfig, pin: TierPin | undefined, facts: TierFacts): IdentityProblem {
  const { name } = config;
  const { path } = facts;
  const expected = pin === undefined ? {} : { expected: describePin(pin) };
  if (config.path === undefined) {
    return {
      ok: false,
      id: "not-adopted",
      message: `${name} has no path: it is only watched`,
      hint: `set tiers.${name}.path`,
    };
  }
  if (facts.errorCode === "ENOENT" || facts.errorCode === "ENOTDIR") {
    const found = facts.errorCode === "ENOENT" ? "nothing there" : "not a directory";
    const hint = `make the directory and mount ${name} there: mkdir -p ${path} && mount ${path}`;
    return { ok: false, id: "tier-not-mounted", message: `${name} is not there: ${path}`, hint, ...expected, found };
  }
  const message = `${name} cannot be read: ${path} answers ${facts.errorCode ?? "nothing"}`;
  return { ok: false, id: "tier-unreadable", message, hint: unreadableHint(facts), ...expected };
}

function unreadableHint(facts: TierFacts): string {
  if (facts.errorCode === "EACCES" || facts.errorCode === "EPERM") return "run as root";
  if (facts.errorCode === "ESTALE")
    return `the server gave the directory another handle: umount ${facts.path} && mount ${facts.path}`;
  return "look at the device and at the kernel's messages: dmesg | tail";
}

function judgeMount(config: TierConfig, pin: TierPin | undefined, seen: Seen): IdentityProblem | undefined {
  const { facts, mount } = seen;
  const elsewhere = pin !== undefined && facts.identity.state === "absent" && mount.filesystemId !== pin.filesystemId;
  if (config.directory ? elsewhere : !mount.isRoot || mount.isSystem) return notMounted(config, pin, seen);
  if (config.filesystemType === undefined || config.filesystemType === mount.filesystemType) return undefined;
  return {
    ok: false,
    id: "wrong-filesystem-type",
    message: `${config.name} should be ${config.filesystemType}, and ${facts.path} is ${mount.filesystemType}`,
    hint: `mount the right file system, or set tiers.${config.name}.filesystem_type`,
    expected: config.filesystemType,
    found: describeFound(seen),
  };
}

function notMounted(config: TierConfig, pin: TierPin | undefined, seen: Seen): IdentityProblem {
  const { path } = seen.facts;
  const where = config.directory && pin !== undefined ? pin.mountPoint : path;
  const found = describeFound(seen);
  if (pin !== undefined) {
    const message = `${config.name} is not the tier that it should be`;
    const hint = `${where} is probably not mounted: mount ${where}`;
    return { ok: false, id: "tier-not-mounted", message, hint, expected: describePin(pin), found };
  }
  const what = seen.mount.isRoot ? "is on the root file system" : "is not a mount point";
  const hint = `mount it: mount ${path}; if a plain directory is meant, set tiers.${config.name}.directory = true`;
  return { ok: false, id: "tier-not-mounted", message: `${config.name}: ${path} ${what}`, hint, found };
}

function judgeClones(config: TierConfig, facts: TierFacts): IdentityProblem | undefined {
  if (facts.clones.length === 0) return undefined;
  const others = facts.clones.join(", ");
  return {
    ok: false,
    id: "tier-cloned",
    message: `${config.name} is mounted twice: ${facts.path} and a copy of it at ${others}`,
    hint: `unmount the one that is not ${config.name}: umount ${facts.clones[0] ?? ""}`,
  };
}

function judgeUnpinned(config: TierConfig, facts: TierFacts): IdentityProblem {
  if (facts.identity.state === "unreadable") {
    const message = `${config.name} cannot be recognised: this user may not read its identity`;
    return { ok: false, id: "not-adopted", message, hint: "run as root" };
  }
  const found = facts.identity.state === "present" ? `tier "${facts.identity.identity.name}"` : "no identity";
  const hint = `tierkeep tier adopt ${config.name}`;
  return { ok: false, id: "not-adopted", message: `${config.name} was never adopted here`, hint, found };
}

function judgePinned(config: TierConfig, pin: TierPin, seen: Seen): IdentityVerdict {
  const { identity } = seen.facts;
  if (identity.state === "present" && identity.identity.uuid !== pin.uuid) return mismatch(config, pin, seen);
  if (identity.state === "absent" || identity.state === "damaged") return mismatch(config, pin, seen);
  const { filesystemId, filesystemType } = seen.mount;
  const sameType = filesystemType === pin.filesystemType;
  const sameId = filesystemId === undefined || filesystemId === pin.filesystemId;
  if (!sameType || !sameId) return mismatch(config, pin, seen);
  return { ok: true, uuid: pin.uuid, checked: identity.state === "present" && filesystemId !== undefined };
}

function mismatch(config: TierConfig, pin: TierPin, seen: Seen): IdentityProblem {
  const message = `${config.name} is not the tier that it should be`;
  const hint = mismatchHint(config, pin, seen);
  return { ok: false, id: "tier-identity", message, hint, expected: describePin(pin), found: describeFound(seen) };
}

function mismatchHint(config: TierConfig, pin: TierPin, { facts, mount }: Seen): string {
  const adopt = `tierkeep tier adopt ${config.name}`;
  const { identity } = facts;
  if (identity.state === "present" && identity.identity.uuid === pin.uuid) {
    return `the tier's identity lies on another file system; if it was moved there: ${adopt} --moved`;
  }
  if (identity.state === "present") return `another tier is mounted at ${facts.path}: mount ${config.name} there`;
  if (mount.filesystemId === pin.filesystemId) {
    return `it is the same file system, without its identity: was it formatted or emptied? if it starts anew: ${adopt} --replace`;
  }
  return `another file system is mounted at ${facts.path}; if it takes the tier's place, empty: ${adopt} --replace`;
}

const codes = {
  "tier-not-mounted": "TIER_UNAVAILABLE",
  "tier-unreadable": "TIER_UNAVAILABLE",
  "tier-identity": "TIER_IDENTITY",
  "tier-cloned": "TIER_CLONED",
  "wrong-filesystem-type": "TIER_IDENTITY",
  "not-adopted": "TIER_NOT_ADOPTED",
} as const;

/** A problem as the error that a run or a verb ends with. */
export function errorOfProblem(problem: IdentityProblem): OperatorError {
  const { expected, found } = problem;
  const facts = { ...(expected === undefined ? {} : { expected }), ...(found === undefined ? {} : { found }) };
  // An unmounted tier that is known shows what is there in its place, as any other wrong one does.
  const isWrong = problem.id === "tier-not-mounted" && expected !== undefined;
  return new OperatorError(isWrong ? "TIER_IDENTITY" : codes[problem.id], problem.message, {
    hint: problem.hint,
    facts,
  });
}
