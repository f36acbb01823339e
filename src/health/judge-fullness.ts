import type { FilesystemHealth, Finding } from "../reports/health.ts";
import type { TierConfig } from "../tiers/tier.ts";

/** Findings about bytes and inodes; a fuller file system never has milder ones. */
export function judgeFullness(
  tier: TierConfig,
  filesystem: Pick<FilesystemHealth, "path" | "usedRatio" | "inodesUsedRatio">,
): readonly Finding[] {
  const { path, usedRatio, inodesUsedRatio } = filesystem;
  return [
    ...overLimit(tier, { id: "filesystem-full", ratio: usedRatio, what: `${path} is`, hint: `tierkeep plan` }),
    ...overLimit(tier, {
      id: "inodes-full",
      ratio: inodesUsedRatio,
      what: `the inodes of ${path} are`,
      hint: `find the directory with the many small files: du --inodes -xS ${path} | sort -n | tail`,
    }),
  ];
}

interface Fullness {
  readonly id: "filesystem-full" | "inodes-full";
  readonly ratio: number | null;
  readonly what: string;
  readonly hint: string;
}

function overLimit(tier: TierConfig, { id, ratio, what, hint }: Fullness): readonly Finding[] {
  if (ratio === null || ratio < Math.min(tier.warnRatio, tier.criticalRatio)) return [];
  const isCritical = ratio >= tier.criticalRatio;
  const limit = isCritical
    ? `critical at ${wholePercent(tier.criticalRatio)}`
    : `warning at ${wholePercent(tier.warnRatio)}`;
  const message = `${what} ${wholePercent(ratio)} full (${limit})`;
  return [{ id, severity: isCritical ? "critical" : "warning", tier: tier.name, message, hint }];
}

/** Rounded down, so that what is shown never looks like a limit that was not reached. */
export function wholePercent(ratio: number): string {
  return `${Math.floor(ratio * 100 + 1e-9)} %`;
}
