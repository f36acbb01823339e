import type { Command } from "commander";
import { type AppDoors, envelopeFacts, selectJobs } from "../app/app.ts";
import { recentRuns, runWithId } from "../app/history.ts";
import { requireCatalog } from "../app/stored.ts";
import type { Config } from "../config/config.ts";
import { OperatorError } from "../lib/errors.ts";
import { historyReport } from "../reports/history.ts";
import { addVerb, type Cli, type SharedOptions } from "./cli.ts";
import { historyScreen, runScreen } from "./history-screen.ts";

export interface HistoryDoors {
  readonly config: (file: string | undefined) => Config;
  readonly app: AppDoors;
}

interface HistoryOptions extends SharedOptions {
  readonly job?: string;
  readonly last: string;
}

/** `tierkeep history [RUN]`: what past runs did, how fast, and what held them back. */
export function addHistoryVerb(program: Command, cli: Cli, open: HistoryDoors): void {
  addVerb(program, "history", "what past runs did, how fast, and what held them back")
    .argument("[run]", "one run by its id, whole")
    .option("--job <name>", "only runs of this job")
    .option("--last <count>", "how many runs", "15")
    .action((run: string | undefined, _options: unknown, command: Command) => {
      history(cli, open, { run, options: command.optsWithGlobals<HistoryOptions>() });
    });
}

function history(
  cli: Cli,
  open: HistoryDoors,
  { run, options }: { run: string | undefined; options: HistoryOptions },
): void {
  const last = requireCount(options.last);
  const config = open.config(options.config);
  if (options.job !== undefined) selectJobs(config, [options.job]);
  using catalog = requireCatalog(config);
  const one = run === undefined ? undefined : runWithId(catalog.runs, run);
  const runs = one === undefined ? recentRuns(catalog.runs, { last, job: options.job }) : [one];
  if (options.json === true) {
    const report = historyReport(runs, envelopeFacts(open.app, config));
    cli.terminal.print(`${JSON.stringify(report, undefined, 2)}\n`);
  } else if (one === undefined) cli.terminal.print(historyScreen(cli.terminal, runs));
  else cli.terminal.print(runScreen(cli.terminal, one));
}

function requireCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new OperatorError("USAGE", `--last expects a count, not ${JSON.stringify(text)}`, {
    hint: "tierkeep history --last 30",
  });
}
