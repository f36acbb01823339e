import type { SettingsTable } from "../reports/config-show.ts";

/** A value as TOML writes it on one line. */
export function tomlText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(tomlText).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const pairs = Object.entries(value).map(([key, inner]) => `${key} = ${tomlText(inner)}`);
    return `{ ${pairs.join(", ")} }`;
  }
  // JSON's escapes are TOML's, but for DEL, which TOML wants escaped.
  return typeof value === "string" ? JSON.stringify(value).replaceAll("\u007f", "\\u007f") : String(value);
}

/** A line of `config show`: a setting, and what is to be said of it in a comment. */
export interface TomlLine {
  readonly text: string;
  readonly comment: string;
}

/** The lines of a table, its header first; read back they give the same configuration. */
export function tomlLines({ header, settings }: SettingsTable): readonly TomlLine[] {
  const lines = settings.map(({ key, value, isDefault, resolvesTo }) => {
    const remarks = [
      ...(isDefault ? ["default"] : []),
      ...(resolvesTo === undefined ? [] : [`resolves to ${resolvesTo}`]),
    ];
    return { text: `${key} = ${tomlText(value)}`, comment: remarks.length === 0 ? "" : `# ${remarks.join(", ")}` };
  });
  return header === "" ? lines : [{ text: header, comment: "" }, ...lines];
}
