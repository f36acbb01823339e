import type { Command } from "commander";
import type { ConfigDeps } from "../config/deps.ts";
import { realConfigDeps } from "../config/deps.ts";
import { requireDraft } from "../config/require.ts";
import { settingsOf } from "../config/settings.ts";
import { tomlLines } from "../config/toml-text.ts";
import { type ConfigShowReport, configShowReport, type SettingsTable } from "../reports/config-show.ts";
import { addVerb, type Cli, defaultConfigFile, type SharedOptions } from "./cli.ts";
import { columns, paint, type Terminal } from "./terminal.ts";

/** `tierkeep config show`: what is in force, as a file that could be used instead. */
export function addConfigShowVerb(parent: Command, cli: Cli): void {
  addVerb(parent, "show", "print what is in force, defaults included").action((_options: unknown, command: Command) => {
    const options = command.optsWithGlobals<SharedOptions>();
    const report = makeReport(options.config ?? defaultConfigFile, { cli, deps: realConfigDeps() });
    cli.terminal.print(
      options.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : screen(cli.terminal, report),
    );
  });
}

function makeReport(file: string, { cli, deps }: { readonly cli: Cli; readonly deps: ConfigDeps }): ConfigShowReport {
  const draft = requireDraft(file, deps);
  const made = { now: cli.host.clock.now(), host: draft.host, toolVersion: cli.toolVersion };
  return configShowReport({ file, tables: settingsOf(draft) }, made);
}

function screen(terminal: Terminal, { file, tables }: ConfigShowReport): string {
  const head = paint(terminal, "dim", `# in force, from ${file}`);
  return `${[head, ...tables.map((table) => tableText(terminal, table))].join("\n\n")}\n`;
}

function tableText(terminal: Terminal, table: SettingsTable): string {
  const rows = tomlLines(table).map(({ text, comment }) =>
    comment === "" ? [text] : [text, paint(terminal, "dim", comment)],
  );
  return columns(rows).join("\n");
}
