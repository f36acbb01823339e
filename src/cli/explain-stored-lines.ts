import type { Explained } from "../app/explain.ts";
import { formatLocal } from "../lib/moment.ts";
import { rawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { formatBytes, plural } from "../lib/units.ts";
import type { FoundPlacement } from "../reports/find.ts";
import type { ExplainView } from "./explain-job-lines.ts";
import { ago } from "./job-line.ts";
import { rawOf } from "./plan-screen.ts";
import { columns, mark, paint, sign, type Terminal } from "./terminal.ts";
import { aheadText } from "./when.ts";

const versionsShown = 5;

/** Where its versions are, and how they come back. */
export function storedLines(terminal: Terminal, { explained, nowMs }: ExplainView): readonly string[] {
  const asideLines = explained.setAside.slice(0, 1).flatMap(({ job, setAsideAt, goesAt }) => {
    const goes = goesAt === null ? "" : `, goes for good ${aheadText(Date.parse(goesAt), nowMs)}`;
    return [`  set aside   by ${job} ${ago(nowMs - Date.parse(setAsideAt))}${goes}`];
  });
  return [...asideLines, ...versionLines(terminal, explained, nowMs), ...belowLines(terminal, explained)];
}

function versionLines(terminal: Terminal, { found, placements, ...path }: Explained, nowMs: number): readonly string[] {
  const [first] = placements;
  if (first === undefined) return [];
  const there = found === null ? "not here: moved" : "moved before";
  const shown = placements.slice(0, versionsShown);
  const rows = columns(
    shown.map((version) => versionCells(terminal, version, nowMs)),
    [2],
  );
  const lines = shown.flatMap((version, index) => [
    `    ${rows[index]}`,
    `      ${paint(terminal, "dim", `${version.tier}:${shellQuote(rawPath(version.storedAs))}`)}`,
  ]);
  const quoted = shellQuote(rawOf(path));
  const left = placements.length - shown.length;
  const more =
    left === 0 ? [] : [`    ${sign(terminal, "more")} ${plural(left, "more version")}:  tierkeep find ${quoted}`];
  return [
    `  ${there}, ${plural(placements.length, "version")}`,
    ...lines,
    ...more,
    restoreLine(quoted, placements, found),
  ];
}

function versionCells(terminal: Terminal, version: FoundPlacement, nowMs: number): readonly string[] {
  const isStored = version.state === "stored";
  return [
    formatLocal(Date.parse(version.modifiedAt)),
    isStored ? version.tier : `${version.tier} ${mark(terminal, "warning")} ${version.state}`,
    formatBytes(version.sizeBytes),
    `sha256 ${version.sha256.slice(0, 6)}${sign(terminal, "more")}`,
    `verified ${ago(nowMs - Date.parse(version.verifiedAt))}`,
  ];
}

/** What is at the path is never replaced, so it comes back beside it. */
function restoreLine(quoted: string, placements: readonly FoundPlacement[], found: Explained["found"]): string {
  const [newest, older] = placements;
  const at = older === undefined ? "" : ` --at '${formatLocal(Date.parse(newest?.modifiedAt ?? ""))}'`;
  return `  get it back:  tierkeep restore ${quoted}${at}${found === null ? "" : " --keep-both"}`;
}

function belowLines(terminal: Terminal, { storedBelow, ...path }: Explained): readonly string[] {
  if (storedBelow.length === 0) return [];
  const rows = storedBelow.map(({ tier, state, versions, sizeBytes, storedBytes }, index) => [
    index === 0 ? "moved" : "",
    plural(versions, "version"),
    state === "stored" ? `on ${tier}` : `on ${tier} ${mark(terminal, "warning")} ${state}`,
    `${formatBytes(sizeBytes)} ${sign(terminal, "arrow")} ${formatBytes(storedBytes)}`,
  ]);
  return [...columns(rows, [1]).map((line) => `  ${line}`), `  look:  tierkeep find ${shellQuote(rawOf(path))}`];
}
