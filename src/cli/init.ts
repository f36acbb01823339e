import type { Command } from "commander";
import type { Config } from "../config/config.ts";
import { realConfigDeps } from "../config/deps.ts";
import { judgeConfig } from "../config/load.ts";
import { problemLines } from "../config/problem-text.ts";
import { createFile, makeDirectories } from "../host/files.ts";
import { printBlocks } from "../init/block.ts";
import { lookAtMachine } from "../init/look.ts";
import { proposeConfig } from "../init/propose.ts";
import { hasCode, OperatorError } from "../lib/errors.ts";
import { parentOf, type RawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { plural } from "../lib/units.ts";
import { initReport } from "../reports/init.ts";
import { addVerb, type Cli, defaultConfigFile, type SharedOptions } from "./cli.ts";
import { mark } from "./terminal.ts";

interface InitOptions extends SharedOptions {
  readonly output?: string;
}

/** `tierkeep init`: looks at this machine and writes a first configuration, never over one. */
export function addInitVerb(program: Command, cli: Cli): void {
  addVerb(program, "init", "look at this machine and write a commented configuration")
    .option("--output <file>", `where to write it; - prints it (default ${defaultConfigFile})`)
    .action(async (_options: unknown, command: Command) => {
      await init(cli, command.optsWithGlobals<InitOptions>());
    });
}

async function init(cli: Cli, options: InitOptions): Promise<void> {
  const output = options.output ?? options.config ?? defaultConfigFile;
  const deps = realConfigDeps();
  const text = printBlocks(proposeConfig(await lookAtMachine(cli.host, deps)));
  const { config, problems } = judgeConfig({ file: output, text }, deps);
  if (config === undefined) throw new Error(`the proposal is no configuration:\n${problemLines(problems).join("\n")}`);
  if (output !== "-") writeNew(output, text);
  if (options.json === true) {
    const named = { tiers: config.tiers.map(({ name }) => name), jobs: config.jobs.map(({ name }) => name) };
    const facts = { now: cli.host.clock.now(), host: config.host, toolVersion: cli.toolVersion };
    const report = initReport({ file: output === "-" ? null : output, config: text, ...named }, facts);
    cli.terminal.print(`${JSON.stringify(report, undefined, 2)}\n`);
  } else if (output === "-") cli.terminal.print(text);
  else cli.terminal.print(screen(cli, config, output));
}

function writeNew(file: string, text: string): void {
  try {
    const directory = parentOf(file as RawPath);
    if (directory !== "") makeDirectories(directory, 0o755);
    createFile(file, text, 0o644);
  } catch (error) {
    if (hasCode(error, "EEXIST")) {
      throw new OperatorError("CONFIG_EXISTS", `${file} is there already; init never writes over it`, {
        hint: `to compare: tierkeep init --output - | diff ${shellQuote(file as RawPath)} -`,
      });
    }
    throw error;
  }
}

/** What is in it, and the next three commands to type. */
function screen(cli: Cli, { tiers, jobs }: Config, file: string): string {
  const flag = file === defaultConfigFile ? "" : ` --config ${shellQuote(file as RawPath)}`;
  const toAdopt = tiers.filter(({ path }) => path !== undefined).map(({ name }) => name);
  const count = `${plural(tiers.length, "tier")}, ${plural(jobs.length, "job")}`;
  const next = [
    `tierkeep config check${flag}`,
    ...(toAdopt.length === 0
      ? [`tierkeep health${flag}`]
      : toAdopt.map((name) => `tierkeep tier adopt ${name}${flag}`)),
    `tierkeep plan${flag}`,
  ];
  const lines = [
    `${mark(cli.terminal, "ok")} ${file} is written: ${count}; what was found and why is in its comments`,
    ...(toAdopt.length === 0 ? ["no second disk and no NAS were found: give [tiers.warm] a path"] : []),
    "read it, then:",
    ...next.map((command) => `  ${command}`),
  ];
  return `${lines.join("\n")}\n`;
}
