import type { Argument, Command } from "commander";
import type { AppDoors } from "../../src/app/app.ts";
import type { Cli } from "../../src/cli/cli.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { realHost } from "../../src/host/host.ts";
import { code, page, table } from "./markdown.ts";

/** Every verb that does something, with its whole name. */
export interface Verb {
  readonly name: string;
  readonly command: Command;
}

const shared = ["--json", "--config", "--no-color"];

export function verbs(): readonly Verb[] {
  return leaves(program(), "tierkeep");
}

export function cliPage(): string {
  return page(
    "# Commands",
    "Every verb takes these options, before or after its name:",
    options(program(), (flag) => shared.includes(flag)),
    `A terminal means that stdin and stderr are one. With \`--json\` stdout has the [report](json.md) alone, progress and
messages go to stderr, and nothing is ever asked. \`NO_COLOR\` means what \`--no-color\` does. \`tierkeep --version\` prints
the version, \`tierkeep VERB --help\` the options of a verb. TIME is ISO 8601: \`2026-11-23\` is the end of that day,
\`2026-11-23T04:15\` is local time. The exit codes are in [errors.md](errors.md).`,
    ...verbs().map(verbSection),
  );
}

function verbSection({ name, command }: Verb): string {
  const blocks = [`## ${name}`, sentence(command.description()), `\`\`\`\n${usage(name, command)}\n\`\`\``];
  if (command.registeredArguments.length > 0) {
    const rows = command.registeredArguments.map((argument) => [code(argumentName(argument)), argument.description]);
    blocks.push(table(["argument", "meaning"], rows));
  }
  const own = options(command, (flag) => !shared.includes(flag));
  return [...blocks, ...(own === "" ? [] : [own])].join("\n\n");
}

function usage(name: string, command: Command): string {
  return [name, "[OPTION ...]", ...command.registeredArguments.map(argumentName)].join(" ");
}

function argumentName(argument: Argument): string {
  const word = `${argument.name().toUpperCase()}${argument.variadic ? " ..." : ""}`;
  return argument.required ? word : `[${word}]`;
}

function options(command: Command, isWanted: (flag: string) => boolean): string {
  const rows = command.options
    .filter((option) => option.long !== "--version" && isWanted(option.long ?? ""))
    .map((option) => [code(option.flags), option.description]);
  return rows.length === 0 ? "" : table(["option", "meaning"], rows);
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

function leaves(command: Command, name: string): readonly Verb[] {
  if (command.commands.length === 0) return [{ name, command }];
  return command.commands.flatMap((below) => leaves(below, `${name} ${below.name()}`));
}

/** The program as the entry point builds it, with doors that nobody goes through. */
function program(): Command {
  const nobody = () => {
    throw new Error("the documentation runs no verb");
  };
  const terminal = { print: nobody, note: nobody } as unknown as Cli["terminal"];
  const cli = { terminal, host: realHost(), env: {}, toolVersion: "0" } as unknown as Cli;
  return buildProgram({ cli, app: {} as AppDoors, workingDirectory: "/" });
}
