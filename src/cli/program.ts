import { Command } from "commander";
import type { AppDoors } from "../app/app.ts";
import { openCatalogToWrite } from "../app/stored.ts";
import type { Config } from "../config/config.ts";
import { requireConfig, requireConfigAndWarnings } from "../config/require.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { addApproveVerb } from "./approve.ts";
import { addCatVerb } from "./cat.ts";
import { addCatalogVerbs } from "./catalog.ts";
import { addSharedOptions, type Cli, defaultConfigFile } from "./cli.ts";
import { addConfigVerbs } from "./config.ts";
import { usageScreen } from "./error-screen.ts";
import { addExplainVerb } from "./explain.ts";
import { addFindVerb } from "./find.ts";
import { addHealthVerb } from "./health.ts";
import { addHistoryVerb } from "./history.ts";
import { addInitVerb } from "./init.ts";
import { addJobsVerb } from "./jobs.ts";
import { addPlanVerb } from "./plan.ts";
import { addRestoreVerb } from "./restore.ts";
import { addRunVerb } from "./run.ts";
import { addStatusVerb } from "./status.ts";
import { addTierVerbs } from "./tier.ts";
import type { PinStore } from "./tier-adopt.ts";
import { addVerifyVerb } from "./verify.ts";

export interface ProgramDoors {
  readonly cli: Cli;
  readonly app: AppDoors;
  readonly workingDirectory: string;
}

/** The whole command line: one file beside this one for each verb. */
export function buildProgram({ cli, app, workingDirectory }: ProgramDoors): Command {
  const program = addSharedOptions(new Command("tierkeep"))
    .description("keeps data on the right storage, and never loses a byte")
    .version(cli.toolVersion, "--version")
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: cli.terminal.print,
      writeErr: cli.terminal.note,
      outputError: (text, write) => write(usageScreen(cli.terminal, text)),
    })
    .exitOverride();
  const config = (file: string | undefined) => requireConfig(file ?? defaultConfigFile);
  const withWarnings = (file: string | undefined) => requireConfigAndWarnings(file ?? defaultConfigFile);
  addStatusVerb(program, cli, { app, config });
  addHealthVerb(program, cli, { config });
  addJobsVerb(program, cli, { app, config });
  addPlanVerb(program, cli, { app, config: withWarnings });
  addApproveVerb(program, cli, { app, config });
  addRunVerb(program, cli, { app, config: withWarnings });
  addExplainVerb(program, cli, { app, config, workingDirectory });
  addHistoryVerb(program, cli, { app, config });
  addFindVerb(program, cli, { app, config, workingDirectory });
  addCatVerb(program, cli, { app, config, workingDirectory });
  addRestoreVerb(program, cli, { app, config, workingDirectory });
  addTierVerbs(program, cli, {
    app,
    config,
    pins: openPins,
  });
  addVerifyVerb(program, cli, { app, config });
  addCatalogVerbs(program, cli, { app, config });
  addInitVerb(program, cli);
  addConfigVerbs(program, cli);
  return program;
}

const soleCopiesShown = 10;

function openPins(config: Config): PinStore & Disposable {
  const catalog = openCatalogToWrite(config);
  const soleCopies = (tier: string) => {
    const { versions: files, bytes, examples } = catalog.soleVersionsOn(tier, soleCopiesShown);
    return { files, bytes, examples: examples.map(shellQuote) };
  };
  const { decisions, forgetTier } = catalog;
  return { ...decisions, forgetTier, soleCopies, [Symbol.dispose]: () => catalog[Symbol.dispose]() };
}
