import type { Explained } from "../app/explain.ts";
import { formatLocal } from "../lib/moment.ts";
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
  return [
    ...asideLines(explained, nowMs),
    ...versionLines(terminal, explained, nowMs),
    ...belowLines(terminal, explained),
  ];
}

function asideLines({ setAside: [last], ...path }: Explained, nowMs: number): readonly string[] {
  if (last === undefined) return [];
  const { job, setAsideAt, goesAt } = last;
  const goes = goesAt === null ? "" : `, goes for good ${aheadText(Date.parse(goesAt), nowMs)}`;
  return [
    `  set aside   by ${job} ${ago(nowMs - Date.parse(setAsideAt))}${goes}`,
    `  get it back:  tierkeep restore ${shellQuote(rawOf(path))}`,
  ];
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
    `      ${paint(terminal, "dim", placeText(terminal, version))}`,
  ]);
  const quoted = shellQuote(rawOf(path));
  const left = placements.length - shown.length;
  const more =
    left === 0 ? [] : [`    ${sign(terminal, "more")} ${plural(left, "more version")}:  tierkeep find ${quoted}`];
  return [
    `  ${there}, ${plural(placements.length, "version")}`,
    ...lines,
    ...more,
    ...restoreLines(quoted, placements, found),
  ];
}

function versionCells(terminal: Terminal, version: FoundPlacement, nowMs: number): readonly string[] {
  const isStored = version.state === "stored";
  return [
    formatLocal(Date.parse(version.modifiedAt)),
    isStored ? version.tier : `${version.tier} ${mark(terminal, "warning")} ${version.state}`,
    formatBytes(version.sizeBytes),
    `verified ${ago(nowMs - Date.parse(version.verifiedAt))}`,
  ];
}

function placeText(terminal: Terminal, { sha256, storedAs, storedAsBase64 }: FoundPlacement): string {
  const place = rawOf({ path: storedAs, ...(storedAsBase64 === undefined ? {} : { pathBase64: storedAsBase64 }) });
  return `sha256 ${sha256.slice(0, 6)}${sign(terminal, "more")}  as ${shellQuote(place)}`;
}

/** What is at the path is never replaced, so it comes back beside it. */
function restoreLines(
  quoted: string,
  [, older]: readonly FoundPlacement[],
  found: Explained["found"],
): readonly string[] {
  const beside = found === null ? "" : " --keep-both";
  const newest = `  get it back:  tierkeep restore ${quoted}${beside}`;
  if (older === undefined) return [newest];
  const at = formatLocal(Date.parse(older.modifiedAt));
  return [newest, `  one before:   tierkeep restore ${quoted} --at '${at}'${beside}`];
}

function belowLines(terminal: Terminal, { storedBelow, ...path }: Explained): readonly string[] {
  if (storedBelow.length === 0) return [];
  const rows = storedBelow.map(({ tier, state, versions, sizeBytes, storedBytes }, index) => [
    (index === 0 ? "moved" : "").padEnd(10),
    plural(versions, "version"),
    state === "stored" ? `on ${tier}` : `on ${tier} ${mark(terminal, "warning")} ${state}`,
    `${formatBytes(sizeBytes)} ${sign(terminal, "arrow")} ${formatBytes(storedBytes)}`,
  ]);
  return [...columns(rows, [1]).map((line) => `  ${line}`), `  list them:  tierkeep find ${shellQuote(rawOf(path))}`];
}
