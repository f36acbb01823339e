import type { Command } from "commander";
import type { Cli } from "./cli.ts";
import { addTierAdoptVerb, type TierDoors } from "./tier-adopt.ts";
import { addTierForgetVerb, type ForgetDoors } from "./tier-forget.ts";

/** `tierkeep tier adopt|forget` */
export function addTierVerbs(program: Command, cli: Cli, open: TierDoors & ForgetDoors): void {
  const group = program.command("tier").description("the tiers: which file system is which");
  addTierAdoptVerb(group, cli, open);
  addTierForgetVerb(group, cli, open);
}
