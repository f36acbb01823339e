import { tomlText } from "../config/toml-text.ts";

/** A part of the proposed file: why it is there, and a table of it. */
export interface Block {
  readonly why: readonly string[];
  /** Such as `[tiers.warm]`; empty for the top of the file. */
  readonly header: string;
  readonly settings: readonly Setting[];
  /** False: written as a comment, since it needs a person first, or a later version. */
  readonly live: boolean;
}

export interface Setting {
  readonly key: string;
  readonly value: unknown;
  readonly why?: string;
}

/** The file as text. */
export function printBlocks(blocks: readonly Block[]): string {
  return `${blocks.map(printBlock).join("\n\n")}\n`;
}

function printBlock({ why, header, settings, live }: Block): string {
  const lines = [...(header === "" ? [] : [header]), ...settings.map(printSetting)];
  return [...why.map((line) => `# ${line}`), ...(live ? lines : lines.map((line) => `# ${line}`))].join("\n");
}

function printSetting({ key, value, why }: Setting): string {
  const text = `${key} = ${inline(value)}`;
  return why === undefined ? text : `${text}  # ${why}`;
}

function inline(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return tomlText(value);
  const pairs = Object.entries(value).map(([key, inner]) => `${key} = ${inline(inner)}`);
  return `{ ${pairs.join(", ")} }`;
}
