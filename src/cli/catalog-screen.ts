import { rawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { formatCount, plural } from "../lib/units.ts";
import type { CatalogRebuildReport, ManifestsOfTier } from "../reports/catalog.ts";
import { spread, wordLines } from "./layout.ts";
import { mark, paint, type Terminal } from "./terminal.ts";

/** What was read, what is missing, where the old catalog is, and what to type next. */
export function rebuildScreen(terminal: Terminal, report: CatalogRebuildReport): string {
  const { status, setAside, tiers } = report;
  const unread = tiers.filter(({ error }) => error !== null).map(({ tier }) => tier);
  const isComplete = status === "complete";
  const lines = [
    ...tiers.flatMap((tier) => tierLines(terminal, tier)),
    ...(setAside === null ? [] : [paint(terminal, "dim", `the old catalog is kept: ${shellQuote(rawPath(setAside))}`)]),
    ...(isComplete ? [] : incompleteLines(terminal, unread)),
    spread(`the catalog is made anew, and ${status}`, isComplete ? "" : "exit 3"),
    `next:  ${isComplete ? "tierkeep catalog check; " : ""}tierkeep approve --all`,
  ];
  return `${lines.join("\n")}\n`;
}

/** What the manifests of one tier say, or why they could not be read. */
export function tierLines(terminal: Terminal, tier: ManifestsOfTier): readonly string[] {
  const { error, lost, stored, manifests, asFound, tornLines, unknownFacts, unnamed } = tier;
  const name = paint(terminal, "bold", tier.tier);
  if (error !== null) {
    const said = wordLines(error.message, { lead: `${mark(terminal, "critical")} ${name}  not read: `, indent: 0 });
    return [...said, ...(error.hint === null ? [] : [`  ${error.hint}`])];
  }
  const gone = lost === 0 ? "" : `, ${formatCount(lost)} lost`;
  const words = `${plural(stored, "version")} stored${gone}, in ${plural(manifests, "manifest")}`;
  return [
    `${mark(terminal, lost + unknownFacts + (unnamed?.files ?? 0) === 0 ? "ok" : "warning")} ${name}  ${words}`,
    ...(asFound ? ["  no adoption of it was known: what lies there has its name, and counts as it"] : []),
    ...(tornLines === 0 ? [] : [`  ${plural(tornLines, "line")} cut off, as a killed run leaves them`]),
    ...(unknownFacts === 0 ? [] : [`  ${plural(unknownFacts, "fact")} of a newer version: run that one`]),
    ...(unnamed === null || unnamed.files === 0 ? [] : unnamedLines(unnamed)),
  ];
}

/** Whatever they are, nothing of tierkeep's touches them. */
function unnamedLines({ files, first }: NonNullable<ManifestsOfTier["unnamed"]>): readonly string[] {
  const rest = files - first.length;
  return [
    `  ${plural(files, "file")} that no manifest names; find does not know ${files === 1 ? "it" : "them"}:`,
    ...first.map((path) => `    ${shellQuote(rawPath(path))}`),
    ...(rest === 0 ? [] : [`    and ${formatCount(rest)} more`]),
    "  is a manifest gone from .tierkeep/manifests? bring it back, and rebuild once more",
  ];
}

function incompleteLines(terminal: Terminal, unread: readonly string[]): readonly string[] {
  const which = unread.length === 0 ? "a tier" : unread.join(" and ");
  const text = `nothing is deleted before ${which} has been read`;
  const said = wordLines(text, { lead: `${mark(terminal, "warning")} `, indent: 0 });
  return [...said, `  bring ${unread.length > 1 ? "them" : "it"} back, then:  tierkeep catalog rebuild`];
}
