import { rawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { formatCount, plural } from "../lib/units.ts";
import type { CatalogCheckReport, CatalogProblemKind } from "../reports/catalog.ts";
import { tierLines } from "./catalog-screen.ts";
import { spread, wordLines } from "./layout.ts";
import { rawOf } from "./plan-screen.ts";
import { mark, sign, type Terminal } from "./terminal.ts";

interface KindWords {
  readonly one: string;
  readonly many: string;
}

const kinds: Readonly<Record<CatalogProblemKind, KindWords>> = {
  missing: { one: "is not on its tier with its size", many: "are not on their tier with their size" },
  differs: { one: "is another in its manifest", many: "are others in their manifest" },
  "not-in-catalog": {
    one: "is stored, and the catalog does not know it",
    many: "are stored, and the catalog does not know them",
  },
  "not-in-manifest": { one: "has no line in a manifest", many: "have no line in a manifest" },
};

const shown = 5;

/** Each tier, what does not agree, and what mends it. */
export function checkScreen(terminal: Terminal, report: CatalogCheckReport, exit: number): string {
  const { status, integrity, tiers, counts } = report;
  const lines = [
    ...tiers.flatMap((tier) => tierLines(terminal, tier)),
    ...integrity.map((problem) => `${mark(terminal, "critical")} the file itself: ${problem}`),
    ...(Object.keys(kinds) as CatalogProblemKind[])
      .filter((kind) => counts[kind] > 0)
      .flatMap((kind) => kindLines(terminal, report, kind)),
    spread(answer(report), exit === 0 ? "" : `exit ${exit}`),
    ...(status === "problems" ? [`next:  ${nextCommand(report)}`] : []),
  ];
  return `${lines.join("\n")}\n`;
}

function kindLines(terminal: Terminal, { counts, problems }: CatalogCheckReport, kind: CatalogProblemKind) {
  const count = counts[kind];
  const words = `${plural(count, "version")} ${kinds[kind][count === 1 ? "one" : "many"]}`;
  const examples = problems.filter((problem) => problem.kind === kind).slice(0, shown);
  const more = count - examples.length;
  return [
    ...wordLines(words, { lead: `${mark(terminal, "critical")} `, indent: 0 }),
    ...examples.map((problem) => `    ${shellQuote(rawOf(problem))}  ${problem.tier}`),
    ...(more === 0 ? [] : [`    ${sign(terminal, "more")} and ${formatCount(more)} more (--json lists them)`]),
  ];
}

function answer({ status, catalog, tiers }: CatalogCheckReport): string {
  const name = shellQuote(rawPath(catalog));
  if (status === "problems") return `${name} does not agree with what the tiers say`;
  const which = tiers.length === 0 ? "no tier was adopted yet" : "it agrees with every tier that could be read";
  return status === "ok" && tiers.length > 0
    ? `${name} is whole, and agrees with every tier`
    : `${name} is whole; ${which}`;
}

function nextCommand({ integrity, counts }: CatalogCheckReport): string {
  if (integrity.length + counts.differs + counts["not-in-catalog"] > 0) return "tierkeep catalog rebuild";
  if (counts.missing > 0) return "tierkeep health; what is gone for good, tierkeep catalog rebuild calls lost";
  return "keep this catalog: one that is made anew would not know them";
}
