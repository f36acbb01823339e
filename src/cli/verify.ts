import type { Command } from "commander";
import type { AppDoors } from "../app/app.ts";
import { verifyStored } from "../app/verify.ts";
import type { Config } from "../config/config.ts";
import { errorTable, exitCodes, isErrorCode } from "../lib/error-codes.ts";
import { OperatorError } from "../lib/errors.ts";
import { parsePercent } from "../lib/units.ts";
import type { VerifyReport } from "../reports/verify.ts";
import { requireMoment } from "./cat.ts";
import { addVerb, type Cli, type SharedOptions } from "./cli.ts";
import { progressLine } from "./progress.ts";
import { verifyScreen } from "./verify-screen.ts";

export interface VerifyDoors {
  readonly config: (file: string | undefined) => Config;
  readonly app: AppDoors;
}

interface VerifyOptions extends SharedOptions {
  readonly sample?: string;
  readonly since?: string;
}

/** `tierkeep verify [JOB|TIER]`: reads back what is stored, and compares it with what was stored. */
export function addVerifyVerb(program: Command, cli: Cli, open: VerifyDoors): void {
  addVerb(program, "verify", "read back what is stored, and compare it with what was stored")
    .argument("[name]", "only what this job stored, or what lies on this tier")
    .option("--sample <percent>", "so much of the bytes of each tier, the longest unread first, such as 5%")
    .option("--since <time>", "only what was stored since then (ISO 8601; a date: since it began)")
    .action(async (name: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<VerifyOptions>();
      const share = options.sample === undefined ? 1 : requireShare(options.sample);
      const sinceMs = options.since === undefined ? undefined : requireMoment(beginningOf(options.since));
      using progress = progressLine(cli.terminal, cli.host.clock.elapsed);
      const watch = { onListed: progress.planned, onRead: progress.moved };
      const report = await verifyStored(open.app, open.config(options.config), { name, share, sinceMs, watch });
      progress.clear();
      const exit = exitCodeOf(report);
      cli.terminal.print(
        options.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : verifyScreen(cli.terminal, report, exit),
      );
      cli.exit(exit);
    });
}

function requireShare(text: string): number {
  const share = parsePercent(text) ?? 0;
  if (share > 0) return share;
  throw new OperatorError("USAGE", `--sample ${text} is no share`, { hint: "write --sample 5%" });
}

/** A bare date means its end elsewhere; what was stored on that day is meant here. */
function beginningOf(moment: string): string {
  return /^\d{4}-\d\d-\d\d$/.test(moment) ? `${moment}T00:00` : moment;
}

function exitCodeOf({ status, tiers }: VerifyReport): number {
  if (status === "interrupted") return exitCodes.interrupted;
  if (status === "problems") return exitCodes.corrupt;
  if (status === "ok") return exitCodes.ok;
  const codes = tiers.map(({ error }) => error?.code ?? "");
  const isAway = (code: string) => isErrorCode(code) && errorTable[code].exit === "unavailable";
  return codes.every(isAway) ? exitCodes.unavailable : exitCodes.partial;
}
