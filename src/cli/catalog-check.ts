import type { Command } from "commander";
import { checkCatalog } from "../app/catalog-check.ts";
import { exitCodes } from "../lib/error-codes.ts";
import type { CatalogCheckReport } from "../reports/catalog.ts";
import type { CatalogDoors } from "./catalog.ts";
import { checkScreen } from "./catalog-check-screen.ts";
import { addVerb, type Cli, type SharedOptions } from "./cli.ts";
import { readingProgress } from "./reading-progress.ts";

const exits: Readonly<Record<CatalogCheckReport["status"], number>> = {
  ok: exitCodes.ok,
  partial: exitCodes.partial,
  problems: exitCodes.corrupt,
};

/** `tierkeep catalog check`: the catalog against itself, against the manifests, and against what lies on the tiers. */
export function addCatalogCheckVerb(group: Command, cli: Cli, open: CatalogDoors): void {
  addVerb(group, "check", "compare the catalog with the manifests and with what lies on the tiers").action(
    async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<SharedOptions>();
      const config = open.config(options.config);
      using progress = readingProgress(cli);
      const report = await checkCatalog(open.app, config, { onLooked: progress.onLooked });
      progress.clear();
      const exit = exits[report.status];
      cli.terminal.print(
        options.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : checkScreen(cli.terminal, report, exit),
      );
      cli.exit(exit);
    },
  );
}
