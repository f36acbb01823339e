import { tomlText } from "../../src/config/toml-text.ts";

/** Keys of a table as the file has them. */
export type Keys = Readonly<Record<string, string | boolean | readonly string[]>>;

export interface ConfigurationRequest {
  readonly host: string;
  readonly stateDir: string;
  /** By name. */
  readonly tiers: Readonly<Record<string, Keys>>;
  readonly moves: readonly (Keys & { readonly name: string; readonly source: string })[];
}

/** A configuration file; a job moves what is older than a week to `warm` unless its keys say otherwise. */
export function configurationText({ host, stateDir, tiers, moves }: ConfigurationRequest): string {
  const tables = [
    tableLines({ version: 1, host, state_dir: stateDir }),
    ...Object.entries(tiers).map(([name, keys]) => [`[tiers.${name}]`, ...tableLines(keys)]),
    ...moves.map(({ name, source, ...keys }) => [
      "[[move]]",
      ...tableLines({ name, source, to: "warm", older_than: "7d", ...keys }),
    ]),
  ];
  return `${tables.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function tableLines(keys: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(keys).map(([key, value]) => `${key} = ${tomlText(value)}`);
}
