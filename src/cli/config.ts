import type { Command } from "commander";
import type { Cli } from "./cli.ts";
import { addConfigCheckVerb } from "./config-check.ts";
import { addConfigShowVerb } from "./config-show.ts";

/** `tierkeep config check|show` */
export function addConfigVerbs(program: Command, cli: Cli): void {
  const group = program.command("config").description("the configuration: is it right, and what is in force");
  addConfigCheckVerb(group, cli);
  addConfigShowVerb(group, cli);
}
