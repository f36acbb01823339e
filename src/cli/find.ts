import type { Command } from "commander";
import { type AppDoors, envelopeFacts } from "../app/app.ts";
import { openReach } from "../app/reach.ts";
import { foundQuarantined, matchAside } from "../app/restore-aside.ts";
import { openShelf } from "../app/shelf.ts";
import { foundPlacement, requireCatalog } from "../app/stored.ts";
import type { Config } from "../config/config.ts";
import { findReport } from "../reports/find.ts";
import { absolutePatterns, matchPlacements, nothingFits } from "../restore/select.ts";
import { addVerb, type Cli, type SharedOptions } from "./cli.ts";
import { asideScreen, findScreen } from "./find-screen.ts";

export interface StoredDoors {
  readonly config: (file: string | undefined) => Config;
  readonly app: AppDoors;
  readonly workingDirectory: string;
}

/** `tierkeep find PATTERN`: every version of everything that was ever moved. */
export function addFindVerb(program: Command, cli: Cli, open: StoredDoors): void {
  addVerb(program, "find", "every version of everything that was ever moved")
    .argument("<pattern>", "a path, a directory, a glob, a bare name or an id")
    .action(async (pattern: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<SharedOptions>();
      const config = open.config(options.config);
      using catalog = requireCatalog(config);
      const { workingDirectory } = open;
      const reach = openReach(open.app, config);
      await reach.ask(absolutePatterns({ patterns: [pattern], workingDirectory }));
      const placements = [...matchPlacements(catalog.placements, pattern, { workingDirectory, reach })];
      const names = placements.map((placement) => placement.tier);
      using shelf = await openShelf(open.app, config, { catalog, names });
      const found = placements.map((placement) => foundPlacement(placement, shelf.has(placement.tier)));
      const quarantined = matchAside(catalog, pattern, { workingDirectory, reach }).map(foundQuarantined);
      if (options.json === true) {
        cli.terminal.print(
          `${JSON.stringify(findReport({ placements: found, quarantined }, envelopeFacts(open.app, config)), undefined, 2)}\n`,
        );
        return;
      }
      if (found.length + quarantined.length === 0) throw nothingFits(pattern);
      if (found.length > 0) cli.terminal.print(findScreen(cli.terminal, pattern, found));
      if (quarantined.length > 0) cli.terminal.print(asideScreen(quarantined));
    });
}
