import type { Series } from "./compare.ts";
import type { Measured } from "./measure.ts";
import type { Row } from "./rows.ts";
import { median, medianRatio } from "./statistics.ts";

/** A row's result as a Markdown table. */
export function comparisonTable(row: Pick<Row, "target">, series: readonly Series[]): string {
  const [own, ...rivals] = series;
  if (own === undefined) throw new Error("nothing was measured");
  const lines = [
    "| | median | min – max | CPU | peak RSS | tierkeep takes |",
    "|---|--:|--:|--:|--:|--:|",
    `| **${own.name}** | ${cells(own)} | |`,
    ...rivals.map((rival) => `| ${rival.name} | ${cells(rival)} | ${ratioCell(row, own, rival)} |`),
  ];
  return `${lines.join("\n")}\n`;
}

function cells({ rounds }: Series): string {
  const seconds = rounds.map((round) => round.seconds);
  const middle = (pick: (round: Measured) => number) => median(rounds.map(pick));
  return [
    `${median(seconds).toFixed(2)} s`,
    `${Math.min(...seconds).toFixed(2)} – ${Math.max(...seconds).toFixed(2)}`,
    `${middle((round) => round.cpuSeconds).toFixed(2)} s`,
    mebibytes(middle((round) => round.peakRssBytes)),
  ].join(" | ");
}

function ratioCell({ target }: Pick<Row, "target">, own: Series, rival: Series): string {
  const ratioOf = (pick: (round: Measured) => number) => medianRatio(own.rounds.map(pick), rival.rounds.map(pick));
  const ratio = ratioOf((round) => round.seconds);
  const cpu = `CPU ${ratioOf((round) => round.cpuSeconds).toFixed(2)}`;
  if (target?.rival !== rival.name) return `${ratio.toFixed(2)}, ${cpu}`;
  return `**${ratio.toFixed(2)}** (${verdict(ratio <= target.ratio)} ≤ ${target.ratio.toFixed(2)}), ${cpu}`;
}

export function verdict(isMet: boolean): string {
  return isMet ? "target met:" : "target missed:";
}

export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
