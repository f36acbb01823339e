import { describeFilesystemId } from "./filesystem-id.ts";
import type { MountFacts, TierFacts } from "./inspect.ts";
import type { TierPin } from "./tier.ts";

/** The facts of a path that could be opened. */
export interface Seen {
  readonly facts: TierFacts;
  readonly mount: MountFacts;
}

/** The tier that is expected: `tier 3f0c12ab… on UUID 9a1e0c5e… (ext4, "warm")`. */
export function describePin(pin: TierPin): string {
  const where = describeFilesystemId(pin.filesystemId);
  return `tier ${shortUuid(pin.uuid)} on ${where} (${pin.filesystemType}, "${pin.tier}")`;
}

/** What is there, in the words of the expectation, so that the two can be compared. */
export function describeFound({ facts, mount }: Seen): string {
  const { identity } = facts;
  const what = {
    present: identity.state === "present" ? `tier ${shortUuid(identity.identity.uuid)}` : "",
    absent: "no identity,",
    unreadable: "an identity that only root can read,",
    damaged: "a damaged identity,",
  }[identity.state];
  const where = mount.filesystemId === undefined ? mount.source : describeFilesystemId(mount.filesystemId);
  const named = identity.state === "present" ? [`"${identity.identity.name}"`] : [];
  const system = mount.isSystem ? ["the root file system"] : [];
  return `${what} on ${where} (${[mount.filesystemType, ...named, ...system].join(", ")})`;
}

function shortUuid(uuid: string): string {
  return `${uuid.slice(0, 8)}…`;
}
