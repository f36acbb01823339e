import type { Command } from "commander";
import { type AppDoors, envelopeFacts } from "../app/app.ts";
import { forgetTier, whatForgettingLoses } from "../app/tier-forget.ts";
import type { Config } from "../config/config.ts";
import { OperatorError } from "../lib/errors.ts";
import { type TierForgetFacts, tierForgetReport } from "../reports/tier.ts";
import { isYes } from "./approve-screen.ts";
import { addVerb, type Cli, type SharedOptions } from "./cli.ts";
import { forgottenScreen, lossScreen } from "./tier-forget-screen.ts";

export interface ForgetDoors {
  readonly config: (file: string | undefined) => Config;
  readonly app: AppDoors;
}

interface ForgetOptions extends SharedOptions {
  readonly yes?: boolean;
}

/** `tierkeep tier forget NAME`: a tier that is gone for good; what was stored there counts as lost. */
export function addTierForgetVerb(parent: Command, cli: Cli, open: ForgetDoors): void {
  addVerb(parent, "forget", "give up a tier that is gone for good: what was stored there counts as lost")
    .argument("<name>", "a tier that was adopted")
    .option("--yes", "do not ask")
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ForgetOptions>();
      const config = open.config(options.config);
      const loss = whatForgettingLoses(config, name);
      await requireMeant(cli, loss, options);
      await forgetTier(open.app, config, name);
      const report = tierForgetReport(loss, envelopeFacts(open.app, config));
      cli.terminal.print(
        options.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : forgottenScreen(cli.terminal, loss),
      );
    });
}

async function requireMeant(cli: Cli, loss: TierForgetFacts, { yes, json }: ForgetOptions): Promise<void> {
  const isAsked = yes !== true && json !== true && cli.terminal.interactive;
  if (yes !== true && !isAsked) {
    if (json !== true) cli.terminal.note(lossScreen(cli.terminal, loss));
    throw new OperatorError("FORGET_REFUSED", `${loss.tier} was not forgotten: there is no terminal to ask on`, {
      hint: `when it is meant: tierkeep tier forget ${loss.tier} --yes`,
    });
  }
  if (!isAsked) {
    if (json !== true) cli.terminal.print(lossScreen(cli.terminal, loss));
    return;
  }
  cli.terminal.note(lossScreen(cli.terminal, loss));
  if (await isYes(cli, `give up ${loss.tier}? [y/N] `)) return;
  throw new OperatorError("FORGET_REFUSED", `${loss.tier} was not forgotten; nothing was changed`);
}
