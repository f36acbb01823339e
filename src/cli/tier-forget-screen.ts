import { shellQuote } from "../lib/shell-quote.ts";
import { formatBytes, formatCount, plural } from "../lib/units.ts";
import type { TierForgetFacts } from "../reports/tier.ts";
import { wordLines } from "./layout.ts";
import { rawOf } from "./plan-screen.ts";
import { mark, sign, type Terminal } from "./terminal.ts";

const shown = 15;

/** What would be lost: first what lies nowhere else. */
export function lossScreen(terminal: Terminal, { tier, versions, bytes, sole }: TierForgetFacts): string {
  const unlisted = sole.versions - Math.min(sole.examples.length, shown);
  const lines =
    sole.versions === 0
      ? [`${mark(terminal, "ok")} nothing lies on ${tier} alone`]
      : [
          `${mark(terminal, "warning")} ${plural(sole.versions, "version")}, ${formatBytes(sole.bytes)}, on ${tier} and on no other tier:`,
          ...sole.examples.slice(0, shown).map((path) => `    ${shellQuote(rawOf(path))}`),
          ...(unlisted > 0 ? [`    ${sign(terminal, "more")} and ${formatCount(unlisted)} more`] : []),
        ];
  const all = `${plural(versions, "version")}, ${formatBytes(bytes)}, ${versions === 1 ? "counts" : "count"} as lost then; nothing on ${tier} is touched`;
  return `${[...lines, ...wordLines(all, { lead: "  ", indent: 0 })].join("\n")}\n`;
}

export function forgottenScreen(terminal: Terminal, { tier, versions, usedBy }: TierForgetFacts): string {
  const jobs =
    usedBy.length === 0 ? "" : ` and ${usedBy.join(", ")}, which ${usedBy.length === 1 ? "uses" : "use"} it,`;
  return `${[
    `${mark(terminal, "ok")} ${tier} is forgotten: ${plural(versions, "version")} lost`,
    ...wordLines(`take [tiers.${tier}]${jobs} out of the configuration`, { lead: "  ", indent: 0 }),
    `  should it come back:  tierkeep tier adopt ${tier}; tierkeep catalog rebuild`,
  ].join("\n")}\n`;
}
