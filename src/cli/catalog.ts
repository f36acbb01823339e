import type { Command } from "commander";
import type { AppDoors } from "../app/app.ts";
import type { Config } from "../config/config.ts";
import { addCatalogCheckVerb } from "./catalog-check.ts";
import { addCatalogRebuildVerb } from "./catalog-rebuild.ts";
import type { Cli } from "./cli.ts";

export interface CatalogDoors {
  readonly config: (file: string | undefined) => Config;
  readonly app: AppDoors;
}

/** `tierkeep catalog check|rebuild` */
export function addCatalogVerbs(program: Command, cli: Cli, open: CatalogDoors): void {
  const group = program.command("catalog").description("what this machine remembers: is it right, and making it anew");
  addCatalogCheckVerb(group, cli, open);
  addCatalogRebuildVerb(group, cli, open);
}
