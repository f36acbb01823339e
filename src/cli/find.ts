import type { Command } from "commander";
import { type AppDoors, envelopeFacts } from "../app/app.ts";
import { foundPlacement, openShelf, requireCatalog } from "../app/stored.ts";
import type { Config } from "../config/config.ts";
import { OperatorError } from "../lib/errors.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { formatBytes, plural } from "../lib/units.ts";
import { type FoundPlacement, findReport } from "../reports/find.ts";
import { matchPlacements } from "../restore/select.ts";
import { addVerb, type Cli, type SharedOptions } from "./cli.ts";
import { rawOf } from "./plan-screen.ts";
import { columns, mark, paint, type Terminal } from "./terminal.ts";

export interface StoredDoors {
  readonly config: (file: string | undefined) => Config;
  readonly app: AppDoors;
  readonly workingDirectory: string;
}

/** `tierkeep find PATTERN`: every version of everything that was ever moved. */
export function addFindVerb(program: Command, cli: Cli, open: StoredDoors): void {
  addVerb(program, "find", "every version of everything that was ever moved")
    .argument("<pattern>", "a path, a directory, a glob, a bare name or an id")
    .action((pattern: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<SharedOptions>();
      const config = open.config(options.config);
      using catalog = requireCatalog(config);
      using shelf = openShelf(config, catalog);
      const isThere = tierLookup((name) => shelf.tier(name));
      const placements = [...matchPlacements(catalog.placements, pattern, open.workingDirectory)];
      const found = placements.map((placement) => foundPlacement(placement, isThere(placement.tier)));
      if (options.json === true) {
        cli.terminal.print(
          `${JSON.stringify(findReport({ placements: found }, envelopeFacts(open.app, config)), undefined, 2)}\n`,
        );
        return;
      }
      if (found.length === 0) throw nothing(pattern);
      cli.terminal.print(findScreen(cli.terminal, found));
    });
}

function nothing(pattern: string): OperatorError {
  return new OperatorError("NOT_FOUND", `nothing that was moved fits ${pattern}`, {
    hint: `a name with wildcards matches at any depth: tierkeep find '*${pattern.split("/").at(-1) ?? ""}*'`,
  });
}

/** Whether a tier is itself now; asked once for each. */
function tierLookup(open: (name: string) => unknown): (name: string) => boolean {
  const known = new Map<string, boolean>();
  return (name) => {
    const answer = known.get(name) ?? canOpen(() => open(name));
    known.set(name, answer);
    return answer;
  };
}

function canOpen(open: () => unknown): boolean {
  try {
    open();
    return true;
  } catch (error) {
    if (error instanceof OperatorError) return false;
    throw error;
  }
}

/** Paths with their versions, newest first. */
function findScreen(terminal: Terminal, found: readonly FoundPlacement[]): string {
  const paths = Map.groupBy(found, (placement) => placement.path);
  const blocks = [...paths.values()].map((versions) => {
    const [first] = versions;
    const name = first === undefined ? "" : shellQuote(rawOf(first));
    const rows = versions.map((version) => [
      `  ${version.modifiedAt.slice(0, 16).replace("T", " ")}`,
      `${version.tier}${stateWord(terminal, version.state)}`,
      formatBytes(version.sizeBytes),
      `sha256 ${version.sha256.slice(0, 8)}…`,
      paint(terminal, "dim", version.id),
    ]);
    return [name, ...columns(rows, [2])].join("\n");
  });
  const summary = `${plural(found.length, "version")} of ${plural(paths.size, "path")}`;
  return `${blocks.join("\n")}\n${summary} · get one back:  tierkeep restore PATH|ID\n`;
}

function stateWord(terminal: Terminal, state: FoundPlacement["state"]): string {
  return state === "stored" ? "" : ` ${mark(terminal, "warning")} ${state}`;
}
