import type { Command } from "commander";
import type { AppDoors } from "../app/app.ts";
import { lookAtAll } from "../app/status.ts";
import type { Config } from "../config/config.ts";
import { closest } from "../lib/closest.ts";
import { OperatorError } from "../lib/errors.ts";
import type { HealthStatus } from "../reports/health.ts";
import { addSharedOptions, type Cli, type SharedOptions } from "./cli.ts";
import { statusScreen } from "./status-screen.ts";

export interface StatusDoors {
  readonly config: (file: string | undefined) => Config;
  readonly app: AppDoors;
}

/** As `health` ends. */
const exitOf: Readonly<Record<HealthStatus, number>> = { ok: 0, warning: 1, critical: 2, unknown: 3 };

/** `tierkeep` without a verb: everything at a glance. */
export function addStatusVerb(program: Command, cli: Cli, open: StatusDoors): void {
  addSharedOptions(program.command("status", { isDefault: true, hidden: true }))
    .argument("[words...]")
    .action(async (words: string[], _options: unknown, command: Command) => {
      refuseUnknownVerb(program, words);
      const options = command.optsWithGlobals<SharedOptions>();
      const report = await lookAtAll(open.app, open.config(options.config));
      cli.terminal.print(
        options.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : `${statusScreen(cli.terminal, report)}\n`,
      );
      cli.exit(exitOf[report.status]);
    });
}

/** The verb without a name gets every word that is no verb. */
function refuseUnknownVerb(program: Command, [word]: readonly string[]): void {
  if (word === undefined) return;
  const verbs = program.commands.map((command) => command.name()).filter((name) => name !== "status");
  const meant = closest(word, verbs);
  throw new OperatorError("USAGE", `unknown command '${word}'`, {
    hint: meant === undefined ? "tierkeep --help, or tierkeep VERB --help" : `did you mean ${meant}?`,
  });
}
