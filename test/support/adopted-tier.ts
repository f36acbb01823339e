import { randomUUID } from "node:crypto";
import { closeFd } from "../../src/host/posix.ts";
import { writeIdentity } from "../../src/tiers/identity.ts";
import { inspectTier, openTierPath } from "../../src/tiers/inspect.ts";
import type { TierConfig, TierPin } from "../../src/tiers/tier.ts";
import { tierConfig } from "./tier-config.ts";

export interface AdoptedTier {
  readonly config: TierConfig;
  readonly pin: TierPin;
  /** As the status file has them. */
  readonly pins: Readonly<Record<string, TierPin>>;
}

/** Makes the directory at `path` a tier, as `tier adopt` does. */
export function adoptedTier(name: string, path: string, keys: Partial<TierConfig> = {}): AdoptedTier {
  const config = { ...tierConfig(name, path), ...keys };
  const opened = openTierPath(config);
  if ("errorCode" in opened) throw new Error(`${path}: ${opened.errorCode}`);
  const identity = { uuid: randomUUID(), name, createdAt: "2026-11-23T00:00:00.000Z" };
  writeIdentity(opened.fd, identity);
  closeFd(opened.fd);
  const { mount } = inspectTier(config);
  if (mount?.filesystemId === undefined) throw new Error(`${path} has no file system that can be known again`);
  const { mountPoint, filesystemType, filesystemId } = mount;
  const { directory } = config;
  const pin = {
    tier: name,
    uuid: identity.uuid,
    mountPoint,
    filesystemType,
    filesystemId,
    directory,
    adoptedAt: identity.createdAt,
  };
  return { config, pin, pins: { [name]: pin } };
}
