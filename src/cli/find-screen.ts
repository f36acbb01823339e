import { formatLocal } from "../lib/moment.ts";
import { rawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { formatBytes, plural } from "../lib/units.ts";
import type { FoundPlacement, FoundQuarantined } from "../reports/find.ts";
import { rawOf } from "./plan-screen.ts";
import { columns, mark, paint, sign, type Terminal } from "./terminal.ts";

/** Paths with their versions, newest first; times as `--at` takes them. */
export function findScreen(terminal: Terminal, pattern: string, found: readonly FoundPlacement[]): string {
  const rows = columns(
    found.map((version) => versionCells(terminal, version)),
    [2],
  );
  const lines: string[] = [];
  let before: string | undefined;
  for (const [index, version] of found.entries()) {
    if (version.path !== before) lines.push(shellQuote(rawOf(version)));
    before = version.path;
    lines.push(rows[index] ?? "");
  }
  return `${lines.join("\n")}\n\n${closing(pattern, found)}\n`;
}

/** What lies aside, and how it comes back. */
export function asideScreen(found: readonly FoundQuarantined[]): string {
  const rows = columns(
    found.map(({ modifiedAt, job, sizeBytes, id }) => [
      `  ${formatLocal(Date.parse(modifiedAt))}`,
      `set aside by ${job}`,
      formatBytes(sizeBytes),
      id,
    ]),
    [2],
  );
  const lines = found.map((one, index) => `${shellQuote(rawOf(one))}\n${rows[index]}`);
  const [first] = found;
  const back = found.length === 1 && first !== undefined ? shellQuote(rawOf(first)) : "ID";
  return `${lines.join("\n")}\n\nget it back:  tierkeep restore ${back}\n`;
}

function versionCells(terminal: Terminal, version: FoundPlacement): readonly string[] {
  return [
    `  ${formatLocal(Date.parse(version.modifiedAt))}`,
    `${version.tier}${stateWord(terminal, version.state)}`,
    formatBytes(version.sizeBytes),
    paint(terminal, "dim", `${version.sha256.slice(0, 6)}${sign(terminal, "more")}`),
    version.id,
  ];
}

function stateWord(terminal: Terminal, state: FoundPlacement["state"]): string {
  return state === "stored" ? "" : ` ${mark(terminal, "warning")} ${state}`;
}

/** The next command, as it can be typed. */
function closing(pattern: string, found: readonly FoundPlacement[]): string {
  const paths = new Set(found.map((version) => version.path)).size;
  const counts = `${plural(found.length, "version")} of ${plural(paths, "path")}`;
  const [first] = found.filter((version) => version.state === "stored");
  if (first === undefined) return `${found.length === 1 ? "" : `${counts}; `}${notThereWords(found)}`;
  const one = paths === 1;
  if (pattern === first.id) return `get it back:  tierkeep restore ${pattern}`;
  if (one && found.length > 1) return `${counts}; get one back:  tierkeep restore ${first.id}`;
  const what = shellQuote(one ? rawOf(first) : rawPath(pattern));
  return one ? `get it back:  tierkeep restore ${what}` : `${counts}; get the newest back:  tierkeep restore ${what}`;
}

function notThereWords(found: readonly FoundPlacement[]): string {
  const away = found.filter((version) => version.state === "unavailable");
  if (away.length === 0) return "none lies on its tier any more; what was known:  tierkeep explain PATH";
  const tiers = [...new Set(away.map((version) => version.tier))];
  return `${tiers.join(" and ")} ${tiers.length === 1 ? "is" : "are"} away; see why:  tierkeep health`;
}
