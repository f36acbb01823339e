import type { Command } from "commander";
import { type RebuildTerms, rebuildCatalog } from "../app/catalog-rebuild.ts";
import { realConfigDeps } from "../config/deps.ts";
import { judgeConfig } from "../config/load.ts";
import { tomlText } from "../config/toml-text.ts";
import { exitCodes } from "../lib/error-codes.ts";
import { hasCode, OperatorError } from "../lib/errors.ts";
import { absolutePath } from "../lib/fields.ts";
import type { CatalogDoors } from "./catalog.ts";
import { rebuildScreen } from "./catalog-screen.ts";
import { addVerb, type Cli, type SharedOptions } from "./cli.ts";
import { readingProgress } from "./reading-progress.ts";

interface RebuildOptions extends SharedOptions {
  readonly from?: string;
  readonly stateDir?: string;
}

/** `tierkeep catalog rebuild [--from PATH]`: makes the catalog anew from the manifests on the tiers. */
export function addCatalogRebuildVerb(group: Command, cli: Cli, open: CatalogDoors): void {
  addVerb(group, "rebuild", "make the catalog anew from the manifests on the tiers; the old one is kept")
    .option("--from <path>", "only from the tier that lies there; needs no configuration")
    .option("--state-dir <dir>", "without a configuration: where to make it (default /var/lib/tierkeep)")
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<RebuildOptions>();
      const from = options.from === undefined ? undefined : requireAbsolute(options.from);
      const { terms, isHostGuessed } = termsOf(open, options);
      using progress = readingProgress(cli);
      const report = await rebuildCatalog(open.app, terms, { from, isHostGuessed, onLooked: progress.onLooked });
      progress.clear();
      cli.terminal.print(
        options.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : rebuildScreen(cli.terminal, report),
      );
      cli.exit(report.status === "complete" ? exitCodes.ok : exitCodes.partial);
    });
}

function requireAbsolute(path: string): string {
  const absolute = absolutePath(path);
  if (absolute !== undefined) return absolute;
  throw new OperatorError("USAGE", `--from ${path} is no absolute path`, { hint: "write the whole path of the tier" });
}

/** With `--from` a machine that has lost its configuration, too, does without one. */
function termsOf(
  open: CatalogDoors,
  { config: file, from, stateDir }: RebuildOptions,
): { readonly terms: RebuildTerms; readonly isHostGuessed: boolean } {
  try {
    const terms = open.config(file);
    if (stateDir === undefined) return { terms, isHostGuessed: false };
    throw new OperatorError("USAGE", "--state-dir is for a machine without a configuration, and there is one", {
      hint: `leave it out: the catalog is made in ${terms.stateDir}`,
    });
  } catch (error) {
    const isWithout = hasCode(error, "CONFIG_MISSING") && file === undefined && from !== undefined;
    if (!isWithout) throw error;
  }
  const text = stateDir === undefined ? "" : `state_dir = ${tomlText(requireAbsolute(stateDir))}\n`;
  const { config } = judgeConfig({ file: "", text }, realConfigDeps());
  if (config !== undefined) return { terms: config, isHostGuessed: true };
  throw new OperatorError("USAGE", `no catalog can be made in ${stateDir}`, {
    hint: "name a directory on a local disk with --state-dir",
  });
}
