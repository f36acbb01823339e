import { fileSystemOf } from "../host/filesystem.ts";
import { SystemError } from "../host/native.ts";
import { closeFd } from "../host/posix.ts";
import { OperatorError } from "../lib/errors.ts";
import { probeCapabilities } from "./capabilities.ts";
import { type AdoptDecision, type AdoptRequest, decideAdoption } from "./decide-adoption.ts";
import { openOwnDirectory, writeIdentity } from "./identity.ts";
import { factsWithout, inspectOpen, openTierPath } from "./inspect.ts";
import { pinOn } from "./pin.ts";
import type { Capabilities, TierPin } from "./tier.ts";

/** A path that can be adopted, held open between the question and the deed. */
export interface Adoption extends Disposable {
  readonly decision: AdoptDecision;
  readonly usage: AdoptUsage;
  /** Writes what is missing on the tier; durable when it returns. @throws OperatorError TIER_UNFIT, TIER_UNAVAILABLE */
  readonly apply: (made: AdoptMade) => Adopted;
}

export interface AdoptUsage {
  readonly sizeBytes: number;
  readonly freeBytes: number;
  /** Files and directories; `undefined` where the file system does not count them. */
  readonly usedInodes: number | undefined;
}

export interface AdoptMade {
  /** The identity for a tier that has none yet. */
  readonly uuid: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface Adopted {
  readonly pin: TierPin;
  readonly capabilities: Capabilities;
}

/**
 * Looks at a tier's path and decides what adopting does there; writes nothing yet.
 * @throws OperatorError as `decideAdoption`
 */
export function prepareAdoption(request: AdoptRequest): Adoption {
  const opened = openTierPath(request.config);
  if ("errorCode" in opened) {
    decideAdoption(request, factsWithout(request.config, opened.errorCode));
    throw new Error(`a path that cannot be opened (${opened.errorCode}) was accepted`);
  }
  const root = opened.fd;
  try {
    const decision = decideAdoption(request, inspectOpen(request.config, root));
    return {
      decision,
      usage: usageOf(root),
      apply: (made) => applyAdoption({ request, decision, root }, made),
      [Symbol.dispose]: () => closeFd(root),
    };
  } catch (error) {
    closeFd(root);
    throw error;
  }
}

function usageOf(root: number): AdoptUsage {
  const { sizeBytes, freeBytes, inodes, freeInodes } = fileSystemOf(root);
  return { sizeBytes, freeBytes, usedInodes: inodes === 0 ? undefined : inodes - freeInodes };
}

interface Prepared {
  readonly request: AdoptRequest;
  readonly decision: AdoptDecision;
  readonly root: number;
}

function applyAdoption(prepared: Prepared, made: AdoptMade): Adopted {
  const { config } = prepared.request;
  try {
    // Tried first: a file system that could overwrite files never gets an identity.
    const capabilities = tryOut(prepared.root);
    if (prepared.decision.identity === undefined) {
      const createdAt = new Date(made.now).toISOString();
      writeIdentity(prepared.root, { uuid: made.uuid, name: config.name, createdAt });
    }
    return { pin: pinOf(prepared, made), capabilities };
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    throw new OperatorError("TIER_UNAVAILABLE", `${config.name} cannot be written: ${error.message}`, {
      hint: "look at the mount, its owner and the room on it",
      cause: error,
    });
  }
}

function tryOut(root: number): Capabilities {
  const directory = openOwnDirectory(root);
  try {
    return probeCapabilities(directory);
  } finally {
    closeFd(directory);
  }
}

function pinOf({ request, decision }: Prepared, made: AdoptMade): TierPin {
  const { config, pin } = request;
  const { mount, identity, kind } = decision;
  const adoptedAt = kind === "again" && pin !== undefined ? pin.adoptedAt : new Date(made.now).toISOString();
  return pinOn(config, mount, { uuid: identity?.uuid ?? made.uuid, adoptedAt });
}
