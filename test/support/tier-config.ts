import type { TierConfig } from "../../src/tiers/tier.ts";

/** A tier at `path` as the configuration gives it when nothing else is said. */
export function tierConfig(name: string, path: string | undefined): TierConfig {
  return {
    name,
    path,
    filesystems: path === undefined ? [] : [path],
    volumeGroup: undefined,
    server: undefined,
    filesystemType: undefined,
    warnRatio: 0.8,
    criticalRatio: 0.9,
    directory: false,
    reserveRatio: 0.05,
    readBack: "device",
  };
}
