import { type Envelope, type EnvelopeFacts, envelope } from "./envelope.ts";

/** The configuration in force, defaults included. */
export interface ConfigShowReport extends Envelope<"config-show"> {
  readonly file: string;
  readonly tables: readonly SettingsTable[];
}

/** One table of the file; together they are a file that says the same. */
export interface SettingsTable {
  /** As TOML begins it, such as `[tiers.warm]` or `[[move]]`; empty for the top. */
  readonly header: string;
  readonly settings: readonly Setting[];
}

export interface Setting {
  readonly key: string;
  /** As it would be written: `"7d"`, not milliseconds. */
  readonly value: unknown;
  readonly isDefault: boolean;
  /** The path that is meant, where links or a tier's name hide it. */
  readonly resolvesTo?: string;
}

export function configShowReport(
  facts: { readonly file: string; readonly tables: readonly SettingsTable[] },
  made: EnvelopeFacts,
): ConfigShowReport {
  return { ...envelope("config-show", made), file: facts.file, tables: facts.tables };
}
