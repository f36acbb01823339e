import { resolvePath } from "../host/files.ts";
import { hasCode, OperatorError } from "../lib/errors.ts";
import { isWithin, type RawPath, rawPath } from "../lib/raw-path.ts";
import type { TierConfig } from "./tier.ts";

/**
 * One tier's path must not lie inside another's, or each would move the other's files about (HAZARDS M2).
 * Links are followed. @throws OperatorError TIER_UNFIT
 */
export function refuseOverlap(config: TierConfig, tiers: readonly TierConfig[]): void {
  if (config.path === undefined) return;
  const own = resolved(config.path);
  for (const other of tiers) {
    if (other.name === config.name || other.path === undefined) continue;
    const path = resolved(other.path);
    if (isWithin(own, path)) throw nested(config, other);
    if (isWithin(path, own)) throw nested(other, config);
  }
}

function nested(inner: TierConfig, outer: TierConfig): OperatorError {
  const message =
    inner.path === outer.path
      ? `${inner.name} and ${outer.name} have one path: ${inner.path}`
      : `${inner.name} lies inside ${outer.name}: ${inner.path} is below ${outer.path}`;
  return new OperatorError("TIER_UNFIT", message, { hint: "give each tier a path of its own, beside the other" });
}

function resolved(path: string): RawPath {
  try {
    return resolvePath(rawPath(path));
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "EACCES", "ELOOP")) return rawPath(path);
    throw error;
  }
}
