import { type AST, parseTOML } from "toml-eslint-parser";

/** A TOML file as tables, lists and values that know their lines (1-based). */
export type TomlNode = TomlTable | TomlList | TomlValue;

export interface TomlTable {
  readonly kind: "table";
  readonly line: number;
  /** A map, since keys such as `__proto__` are the operator's to choose. */
  readonly entries: Map<string, TomlEntry>;
}

export interface TomlEntry {
  /** Of the key. */
  readonly line: number;
  readonly node: TomlNode;
}

export interface TomlList {
  readonly kind: "list";
  readonly line: number;
  readonly items: TomlNode[];
}

export interface TomlValue {
  readonly kind: "value";
  readonly line: number;
  readonly value: string | number | boolean | Date;
  /** As it stands in the file. */
  readonly text: string;
}

/** The file's root table. @throws ParseError of toml-eslint-parser */
export function parseDocument(text: string): TomlTable {
  const [top] = parseTOML(text, { tomlVersion: "1.0" }).body;
  const root: TomlTable = { kind: "table", line: 1, entries: new Map() };
  for (const item of top.body) {
    if (item.type === "TOMLKeyValue") addPair(root, item, text);
    else {
      const table = openTable(root, item);
      for (const pair of item.body) addPair(table, pair, text);
    }
  }
  return root;
}

/** The table that a `[header]` or `[[header]]` begins; the parser has refused what contradicts itself. */
function openTable(root: TomlTable, header: AST.TOMLTable): TomlTable {
  const line = header.loc.start.line;
  const keys = header.key.keys.map(keyText);
  const last = keys.pop() ?? "";
  const parent = keys.reduce((table, key) => subTable(table, key, line), root);
  if (header.kind === "standard") return subTable(parent, last, line);
  const existing = parent.entries.get(last)?.node;
  const list: TomlList = existing?.kind === "list" ? existing : { kind: "list", line, items: [] };
  if (existing !== list) parent.entries.set(last, { line, node: list });
  const table: TomlTable = { kind: "table", line, entries: new Map() };
  list.items.push(table);
  return table;
}

/** The table under a key, made where it is not there; of a list of tables the last one. */
function subTable(parent: TomlTable, key: string, line: number): TomlTable {
  const existing = parent.entries.get(key)?.node;
  const node = existing?.kind === "list" ? existing.items.at(-1) : existing;
  if (node?.kind === "table") return node;
  const table: TomlTable = { kind: "table", line, entries: new Map() };
  parent.entries.set(key, { line, node: table });
  return table;
}

function addPair(table: TomlTable, pair: AST.TOMLKeyValue, text: string): void {
  const line = pair.loc.start.line;
  const keys = pair.key.keys.map(keyText);
  const last = keys.pop() ?? "";
  const parent = keys.reduce((current, key) => subTable(current, key, line), table);
  parent.entries.set(last, { line, node: contentNode(pair.value, text) });
}

function keyText(key: AST.TOMLBare | AST.TOMLQuoted): string {
  return key.type === "TOMLBare" ? key.name : key.value;
}

function contentNode(content: AST.TOMLContentNode, text: string): TomlNode {
  const line = content.loc.start.line;
  if (content.type === "TOMLArray") {
    return { kind: "list", line, items: content.elements.map((element) => contentNode(element, text)) };
  }
  if (content.type === "TOMLInlineTable") {
    const table: TomlTable = { kind: "table", line, entries: new Map() };
    for (const pair of content.body) addPair(table, pair, text);
    return table;
  }
  return { kind: "value", line, value: content.value, text: text.slice(...content.range) };
}

/** The value as plain data; a table becomes an object without a prototype. */
export function plainValue(node: TomlNode): unknown {
  if (node.kind === "value") return node.value;
  if (node.kind === "list") return node.items.map(plainValue);
  const plain: Record<string, unknown> = Object.create(null);
  for (const [key, entry] of node.entries) plain[key] = plainValue(entry.node);
  return plain;
}

const foundLength = 60;

/** The value as TOML prints it, on one line and not too long, for a message. */
export function foundText(node: TomlNode): string {
  if (node.kind === "table") return "a table";
  if (node.kind === "list" && node.items.some((item) => item.kind === "table")) return "a list of tables";
  const text = node.kind === "value" ? node.text : `[${node.items.map(foundText).join(", ")}]`;
  const oneLine = text.replaceAll(/\s*\n\s*/g, " ");
  return oneLine.length > foundLength ? `${oneLine.slice(0, foundLength)}…` : oneLine;
}
