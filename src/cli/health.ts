import { type Command, CommanderError, Option } from "commander";
import type { Config } from "../config/config.ts";
import { checkHealth } from "../health/check.ts";
import { messageOf, OperatorError } from "../lib/errors.ts";
import type { HealthReport, HealthStatus } from "../reports/health.ts";
import { addVerb, type Cli, type SharedOptions } from "./cli.ts";
import { errorScreen } from "./error-screen.ts";
import { nagiosFailure, nagiosLine } from "./health-nagios.ts";
import { healthScreen } from "./health-screen.ts";
import { watchHealth } from "./health-watch.ts";

export interface HealthOpeners {
  /** @throws OperatorError CONFIG_MISSING, CONFIG_INVALID */
  readonly config: (file: string | undefined) => Config;
}

interface HealthOptions extends SharedOptions {
  readonly watch?: boolean;
  readonly nagios?: boolean;
}

/** A Nagios plugin's exit codes; 3 is every failure to judge (INTERFACE section 3). */
const exitOf: Readonly<Record<HealthStatus, number>> = { ok: 0, warning: 1, critical: 2, unknown: 3 };

/** `tierkeep health [--watch] [--nagios] [--json]`: every tier, within 5 s whatever hangs. */
export function addHealthVerb(program: Command, cli: Cli, open: HealthOpeners): void {
  addVerb(program, "health", "say how every tier is")
    .option("--watch", "again every 5 s, until Ctrl-C")
    .addOption(new Option("--nagios", "one line, as monitoring plugins print it").conflicts(["json", "watch"]))
    .exitOverride(unknownWhenMisused)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<HealthOptions>();
      try {
        // `conflicts` of commander does not see an option that stands before the verb.
        if (options.nagios === true && options.json === true)
          throw new OperatorError("USAGE", "--nagios and --json are two forms of one report", { hint: "take one" });
        await runHealth(options, cli, open);
      } catch (error) {
        failToJudge(error, options, cli);
      }
    });
}

/** Monitoring reads 2, the usual code for wrong usage, as critical. */
function unknownWhenMisused(error: CommanderError): never {
  throw error.exitCode === 0 ? error : new CommanderError(exitOf.unknown, error.code, error.message);
}

async function runHealth(options: HealthOptions, cli: Cli, open: HealthOpeners): Promise<void> {
  if (options.watch === true) {
    const ask = () => askOnce({ options, startedMs: cli.host.clock.elapsed() }, cli, open);
    const last = await watchHealth(ask, (report) => render(report, options, cli), cli);
    cli.exit(last === undefined ? exitOf.unknown : exitOf[last.status]);
    return;
  }
  const report = await askOnce({ options, startedMs: 0 }, cli, open);
  cli.terminal.print(render(report, options, cli));
  cli.exit(exitOf[report.status]);
}

interface Asking {
  readonly options: HealthOptions;
  /** On the monotonic clock; 0 is the start of the process. */
  readonly startedMs: number;
}

function askOnce({ options, startedMs }: Asking, cli: Cli, open: HealthOpeners): Promise<HealthReport> {
  const config = open.config(options.config);
  const request = {
    tiers: config.tiers,
    jobs: config.jobs,
    hostName: config.host,
    toolVersion: cli.toolVersion,
    runtimeDir: config.runtimeDir,
    userRuntimeDir: cli.env.XDG_RUNTIME_DIR,
    probeEntry: cli.entryPoint("probe"),
    startedMs,
  };
  return checkHealth(request, cli.host, cli.signal);
}

function render(report: HealthReport, options: HealthOptions, cli: Cli): string {
  if (options.nagios === true) return `${nagiosLine(report)}\n`;
  if (options.json === true) return `${JSON.stringify(report, undefined, options.watch === true ? 0 : 2)}\n`;
  return `${healthScreen(report, cli.terminal).join("\n")}\n`;
}

/** Every failure is exit 3, a bug too: else monitoring would read configuration problems as a full disk. */
function failToJudge(error: unknown, options: HealthOptions, cli: Cli): void {
  cli.exit(exitOf.unknown);
  if (options.nagios === true) cli.terminal.print(`${nagiosFailure(messageOf(error))}\n`);
  if (!(error instanceof OperatorError)) {
    cli.terminal.note(`tierkeep: bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return;
  }
  cli.terminal.note(errorScreen(cli.terminal, error));
}
