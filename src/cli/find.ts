import type { Command } from "commander";
import { type AppDoors, envelopeFacts } from "../app/app.ts";
import { foundPlacement, openShelf, requireCatalog } from "../app/stored.ts";
import type { Config } from "../config/config.ts";
import { OperatorError } from "../lib/errors.ts";
import { findReport } from "../reports/find.ts";
import { matchPlacements } from "../restore/select.ts";
import { addVerb, type Cli, type SharedOptions } from "./cli.ts";
import { findScreen } from "./find-screen.ts";

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
      cli.terminal.print(findScreen(cli.terminal, pattern, found));
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
