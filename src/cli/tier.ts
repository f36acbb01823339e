import type { Command } from "commander";
import type { Cli } from "./cli.ts";
import { addTierAdoptVerb, type TierDoors } from "./tier-adopt.ts";

/** `tierkeep tier adopt` */
export function addTierVerbs(program: Command, cli: Cli, open: TierDoors): void {
  const group = program.command("tier").description("the tiers: which file system is which");
  addTierAdoptVerb(group, cli, open);
}
