import type { HealthReport, TierHealth } from "../reports/health.ts";

/** One line as monitoring plugins print it, with performance data: `label=value;warning;critical`. */
export function nagiosLine(report: HealthReport): string {
  const measured = report.tiers.flatMap(performanceOf);
  return [`TIERKEEP ${report.status.toUpperCase()} - ${oneLine(wordsOf(report))}`, measured.join(" ")]
    .filter((part) => part !== "")
    .join(" | ");
}

export function nagiosFailure(message: string): string {
  return `TIERKEEP UNKNOWN - ${oneLine(message)}`;
}

const mostFindings = 3;

function wordsOf({ findings, tiers }: HealthReport): string {
  if (findings.length === 0) return tiers.map((tier) => `${tier.name} ${tierWords(tier)}`).join(", ");
  const said = findings.slice(0, mostFindings).map((found) => `${found.tier}: ${found.message}`);
  const rest = findings.length - said.length;
  return [...said, ...(rest > 0 ? [`${rest} more`] : [])].join("; ");
}

function tierWords(tier: TierHealth): string {
  const ratio = fullest(tier);
  return ratio === undefined ? tier.status : `${Math.floor(ratio * 100)} % full`;
}

function performanceOf(tier: TierHealth): readonly string[] {
  const ratio = fullest(tier);
  const { warnRatio, criticalRatio, latencyMs } = tier;
  const used =
    ratio === undefined ? [] : [`${tier.name}_used=${percent(ratio)}%;${percent(warnRatio)};${percent(criticalRatio)}`];
  return [...used, ...(latencyMs === null ? [] : [`${tier.name}_latency=${latencyMs}ms`])];
}

function fullest(tier: TierHealth): number | undefined {
  const ratios = tier.filesystems.map((filesystem) => filesystem.usedRatio).filter((ratio) => ratio !== null);
  return ratios.length === 0 ? undefined : Math.max(...ratios);
}

/** At most one decimal, rounded down as on the screen. */
function percent(ratio: number): string {
  return String(Math.floor(ratio * 1000 + 1e-9) / 10);
}

/** A bar begins the performance data, and a second line is lost by some. */
function oneLine(text: string): string {
  return text.replaceAll("|", "/").replaceAll(/\s*\n\s*/g, "; ");
}
