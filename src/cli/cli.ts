import type { Command } from "commander";
import type { Host } from "../host/host.ts";
import type { Terminal } from "./terminal.ts";

/** What every verb gets from the entry point. */
export interface Cli {
  readonly terminal: Terminal;
  readonly host: Host;
  /** The file of another entry point beside this one, for child processes and worker threads. */
  readonly entryPoint: (name: "job" | "probe" | "copier") => string;
  readonly toolVersion: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Sets the exit code that the process will end with. */
  readonly exit: (code: number) => void;
}

/** The options that every verb takes, before or after its name. */
export interface SharedOptions {
  readonly json?: boolean;
  readonly config?: string;
}

export const defaultConfigFile = "/etc/tierkeep/tierkeep.toml";

/** Adds a verb with the options that all share. */
export function addVerb(program: Command, name: string, description: string): Command {
  return addSharedOptions(program.command(name).description(description));
}

export function addSharedOptions(command: Command): Command {
  return command
    .option("--json", "print the report as JSON")
    .option("--config <file>", `configuration file (default ${defaultConfigFile})`)
    .option("--no-color", "plain text without colour");
}
