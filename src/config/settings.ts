import type { Setting, SettingsTable } from "../reports/config-show.ts";
import type { CleanDraft, Draft, MoveDraft, TierDraft } from "./draft.ts";
import { dotted, type Field } from "./section.ts";

/** What is in force, table by table, as it would be written. */
export function settingsOf(draft: Draft): readonly SettingsTable[] {
  const { docker, limits, verify } = draft;
  return [
    topTable(draft),
    { header: "[limits]", settings: settings(limits.fields, nothingMore) },
    ...draft.tiers.map(tierTable),
    ...draft.moves.map(moveTable),
    ...draft.cleans.map(cleanTable),
    ...(docker === undefined ? [] : [{ header: "[docker]", settings: settings(docker.fields, nothingMore) }]),
    { header: "[verify]", settings: settings(verify.fields, nothingMore) },
  ];
}

function topTable(draft: Draft): SettingsTable {
  const defaults = { host: draft.host, runtime_dir: draft.runtimeDir };
  const resolved = { state_dir: other(draft.stateRoot, draft.stateDir) };
  return { header: "", settings: settings(draft.top.fields, { defaults, resolved }) };
}

function tierTable({ name, section, path, root }: TierDraft): SettingsTable {
  const defaults = { filesystems: path === undefined ? undefined : [path] };
  const resolved = { path: other(root, path) };
  return { header: `[${dotted("tiers", name)}]`, settings: settings(section.fields, { defaults, resolved }) };
}

function moveTable({ section, sourceRoot }: MoveDraft): SettingsTable {
  const resolved = { source: other(sourceRoot, section.fields.source?.plain) };
  const defaults = { settled_for: section.fields.unit?.value === "entry" ? "24h" : "0s" };
  return { header: "[[move]]", settings: settings(section.fields, { defaults, resolved }) };
}

function cleanTable({ section, root }: CleanDraft): SettingsTable {
  const resolved = { path: other(root, section.fields.path?.plain) };
  return { header: "[[clean]]", settings: settings(section.fields, { defaults: {}, resolved }) };
}

interface Additions {
  /** Defaults that depend on other keys or on the machine. */
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly resolved: Readonly<Record<string, string | undefined>>;
}

const nothingMore: Additions = { defaults: {}, resolved: {} };

type Fields = Readonly<Record<string, Field<unknown> | undefined>>;

function settings(fields: Fields, { defaults, resolved }: Additions): readonly Setting[] {
  return Object.entries(fields).flatMap(([key, field]): readonly Setting[] => {
    const value = field?.plain ?? defaults[key];
    if (field === undefined || value === undefined) return [];
    const target = resolved[key];
    return [{ key, value, isDefault: !field.given, ...(target === undefined ? {} : { resolvesTo: target }) }];
  });
}

function other(resolved: string | undefined, written: unknown): string | undefined {
  return resolved === written ? undefined : resolved;
}
