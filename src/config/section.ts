import * as z from "zod";
import { closest } from "../lib/closest.ts";
import { foundText, plainValue, type TomlEntry, type TomlNode, type TomlTable } from "./document.ts";
import type { Finding } from "./finding.ts";
import { notYetMessage } from "./not-yet.ts";

/** One key of a section that was understood. */
export interface Field<T> {
  readonly value: T;
  /** The operator wrote it; otherwise `value` is the default. */
  readonly given: boolean;
  /** As written, or as the default would be written; `undefined` when there is neither. */
  readonly plain: unknown;
  readonly line: number;
  readonly found: string;
}

/** A table read key by key; a key whose value was refused is not among the fields. */
export interface Section<Shape extends z.ZodRawShape> {
  /** Such as `move.logs`; empty for the top. */
  readonly key: string;
  readonly line: number;
  readonly fields: { readonly [Key in keyof Shape]?: Field<z.output<Shape[Key]>> };
}

export interface SectionInput<Shape extends z.ZodRawShape> {
  readonly shape: Shape;
  readonly table: TomlTable;
  readonly key: string;
  /** Keys that are known and refused. */
  readonly notYet: readonly string[];
  /** Keys of which exactly one has to be given. */
  readonly oneOf?: readonly string[];
  /** Keys that somebody else reads. */
  readonly others?: readonly string[];
}

export interface SectionResult<Shape extends z.ZodRawShape> {
  readonly section: Section<Shape>;
  readonly findings: readonly Finding[];
}

/** Reads every key by itself, so that all problems come out at once. */
export function readSection<Shape extends z.ZodRawShape>(input: SectionInput<Shape>): SectionResult<Shape> {
  const { shape, table } = input;
  const fields: Record<string, Field<unknown>> = {};
  const findings = [...strangers(input), ...unlessOne(input)];
  for (const [name, schema] of Object.entries(shape)) {
    const entry = table.entries.get(name);
    const parsed = z.safeParse(schema, entry === undefined ? undefined : plainValue(entry.node));
    if (parsed.success) fields[name] = readField(schema, entry, parsed.data);
    else if (entry === undefined) findings.push(...missing(input, name));
    else findings.push(...parsed.error.issues.map((issue) => refused(issue, entry, dotted(input.key, name))));
  }
  return { section: { key: input.key, line: table.line, fields: fields as Section<Shape>["fields"] }, findings };
}

/** The values of a section, or `undefined` when one was refused. */
export function completeValues<Shape extends z.ZodRawShape>(
  shape: Shape,
  section: Section<Shape>,
): z.output<z.ZodObject<Shape>> | undefined {
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(shape)) {
    const field = section.fields[name];
    if (field === undefined) return undefined;
    values[name] = field.value;
  }
  return values as z.output<z.ZodObject<Shape>>;
}

function readField(schema: z.core.$ZodType, entry: TomlEntry | undefined, value: unknown): Field<unknown> {
  if (entry === undefined) return { value, given: false, plain: defaultOf(schema), line: 0, found: "" };
  return { value, given: true, plain: plainValue(entry.node), line: entry.line, found: foundText(entry.node) };
}

function defaultOf(schema: z.core.$ZodType): unknown {
  return schema instanceof z.ZodPrefault ? schema.def.defaultValue : undefined;
}

function strangers<Shape extends z.ZodRawShape>(input: SectionInput<Shape>): Finding[] {
  const known = knownKeys(input);
  return [...input.table.entries].flatMap(([name, entry]): readonly Finding[] => {
    if (isRead(input, name)) return [];
    const place = { severity: "error", line: entry.line, key: dotted(input.key, name), found: undefined } as const;
    if (input.notYet.includes(name)) return [{ ...place, message: notYetMessage, hint: undefined }];
    const near = closest(name, known);
    const hint = near === undefined ? keysThere(input) : `did you mean ${near}?`;
    return [{ ...place, message: "unknown key", hint }];
  });
}

function isRead<Shape extends z.ZodRawShape>({ shape, others = [] }: SectionInput<Shape>, name: string): boolean {
  return Object.hasOwn(shape, name) || others.includes(name);
}

function knownKeys<Shape extends z.ZodRawShape>(input: SectionInput<Shape>): readonly string[] {
  return [...Object.keys(input.shape), ...(input.others ?? []), ...input.notYet];
}

function keysThere<Shape extends z.ZodRawShape>(input: SectionInput<Shape>): string {
  const keys = knownKeys(input).filter((key) => isRead(input, key));
  return `there are ${keys.join(", ")}`;
}

/** One key too few or too many of those that exclude one another. */
function unlessOne<Shape extends z.ZodRawShape>(input: SectionInput<Shape>): readonly Finding[] {
  const { oneOf = [], table } = input;
  const given = oneOf.filter((name) => table.entries.has(name));
  const [first, second] = given;
  if (first === undefined || second === undefined) return given.length === 0 ? missingOf(input, oneOf) : [];
  const place = { line: table.entries.get(second)?.line, key: dotted(input.key, second), found: undefined };
  return [{ severity: "error", ...place, message: `there is ${first}, too: write one of them`, hint: undefined }];
}

/** Nothing where an unknown key was taken for this one: that is the same mistake. */
function missing<Shape extends z.ZodRawShape>(input: SectionInput<Shape>, name: string): readonly Finding[] {
  return missingOf(input, [name]);
}

function missingOf<Shape extends z.ZodRawShape>(
  input: SectionInput<Shape>,
  names: readonly string[],
): readonly Finding[] {
  const [name] = names;
  if (name === undefined) return [];
  const known = knownKeys(input);
  const misspelt = [...input.table.entries.keys()].some(
    (key) => !known.includes(key) && names.includes(closest(key, known) ?? ""),
  );
  if (misspelt) return [];
  const expects = input.shape[name] instanceof z.ZodType ? input.shape[name].meta()?.expects : undefined;
  const isChoice = names.length > 1;
  const needed = isChoice ? `missing; write ${names.join(" or ")}` : "missing";
  const message = typeof expects === "string" && !isChoice ? `${needed}; expects ${expects}` : needed;
  const place = { line: input.table.line, key: dotted(input.key, name), found: undefined };
  return [{ severity: "error", ...place, message, hint: undefined }];
}

function refused(issue: z.core.$ZodIssue, entry: TomlEntry, key: string): Finding {
  const node = itemAt(entry.node, issue.path);
  const hint: unknown = issue.code === "custom" ? issue.params?.hint : undefined;
  return {
    severity: "error",
    line: node === entry.node ? entry.line : node.line,
    key: key + issue.path.map((step) => `[${String(step)}]`).join(""),
    found: foundText(node),
    message: issue.message,
    hint: typeof hint === "string" ? hint : undefined,
  };
}

function itemAt(node: TomlNode, path: readonly PropertyKey[]): TomlNode {
  const [step] = path;
  const item = node.kind === "list" && typeof step === "number" ? node.items[step] : undefined;
  return item ?? node;
}

/** A key path; a key that TOML would quote is quoted. */
export function dotted(section: string, name: string): string {
  const key = /^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name);
  return section === "" ? key : `${section}.${key}`;
}
