import * as z from "zod";
import { unclosedIn } from "./glob.ts";
import { parseDuration, parsePercent, parseSize } from "./units.ts";

/** How a configured value is read: what it expects in words, and what the operator probably meant. */
interface FieldReading<T> {
  /** Such as `a duration such as "7d"`; said after "expects". */
  readonly expects: string;
  readonly read: (found: unknown) => T | undefined;
  /** What to write instead, for a value that was refused. */
  readonly hint?: (found: unknown) => string | undefined;
  /** The JSON Schema of what is written. */
  readonly schema: Readonly<Record<string, unknown>>;
}

/** A Zod field that turns what is written into the value that code uses; its issue carries `params.hint`. */
export function field<T>(reading: FieldReading<T>) {
  return z
    .unknown()
    .transform((found, context): T => {
      const value = reading.read(found);
      if (value !== undefined) return value;
      context.addIssue({
        code: "custom",
        message: `expects ${reading.expects}`,
        params: { hint: reading.hint?.(found) },
      });
      return z.NEVER;
    })
    .meta({ ...reading.schema, expects: reading.expects });
}

/** Milliseconds. */
export function durationField() {
  return field({
    expects: 'a duration such as "7d"',
    read: (found) => (typeof found === "string" ? parseDuration(found) : undefined),
    hint: durationHint,
    schema: { type: "string", examples: ["7d", "1h"] },
  });
}

const unitWords: Readonly<Record<string, string>> = {
  sec: "s",
  second: "s",
  min: "m",
  minute: "m",
  hr: "h",
  hour: "h",
  day: "d",
  week: "w",
  year: "y",
};

function durationHint(found: unknown): string | undefined {
  const units = "units are s, m (minutes), h, d, w and y";
  if (typeof found === "number") return `write "${found}d" for days; ${units}`;
  if (typeof found !== "string") return undefined;
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(found);
  const [, amount, word = ""] = match ?? [];
  if (amount === undefined) return units;
  if (word === "") return `write "${amount}d" for days; ${units}`;
  if (/^(mo|mon|months?)$/i.test(word)) return `write "${Number(amount) * 30}d"`;
  const lower = word.toLowerCase();
  const unit = unitWords[lower.replace(/s$/, "")] ?? ("smhdwy".includes(lower) ? lower : undefined);
  return unit === undefined ? units : `write "${amount}${unit}"`;
}

/** A ratio from 0 to 1. */
export function percentField() {
  return field({
    expects: 'a percentage such as "80%"',
    read: (found) => (typeof found === "string" ? parsePercent(found) : undefined),
    hint: percentHint,
    schema: { type: "string", examples: ["80%"] },
  });
}

function percentHint(found: unknown): string | undefined {
  const amount = Number(typeof found === "string" ? found.replace(/\s*(%|percent)?\s*$/, "") : found);
  if (!Number.isFinite(amount) || amount < 0 || found === "") return undefined;
  if (amount > 100) return "at most 100%";
  return `write "${amount > 0 && amount < 1 ? Math.round(amount * 100) : amount}%"`;
}

/** Bytes a second. */
export function rateField() {
  return field({
    expects: 'a rate such as "200MiB/s"',
    read: (found) => (typeof found === "string" ? parseRate(found) : undefined),
    hint: (found) => (typeof found === "string" && parseSize(found) !== undefined ? `write "${found}/s"` : undefined),
    schema: { type: "string", examples: ["200MiB/s"] },
  });
}

function parseRate(text: string): number | undefined {
  const bytes = text.endsWith("/s") ? parseSize(text.slice(0, -2)) : undefined;
  return bytes === 0 ? undefined : bytes;
}

export function flagField() {
  return field({
    expects: "true or false",
    read: (found) => (typeof found === "boolean" ? found : undefined),
    hint: (found) => (found === "true" || found === "false" ? `write ${found} without quotes` : undefined),
    schema: { type: "boolean" },
  });
}

/** Any text but the empty one; without NUL, which no name can hold. */
export function textField(expects: string) {
  return field({ expects, read: (found) => (isText(found) ? found : undefined), schema: { type: "string" } });
}

/** One of a few words. */
export function choiceField<const Word extends string>(words: readonly Word[]) {
  return field({
    expects: words.length === 1 ? `"${words[0]}"` : `one of ${words.join(", ")}`,
    read: (found) => words.find((word) => word === found),
    schema: { type: "string", enum: words },
  });
}

/** Names of jobs and tiers: they become directories, and words on the command line. */
export const namePattern = /^[a-z][a-z0-9-]{0,40}$/;

export const nameRule = "lower-case letters, digits and dashes, a letter first, at most 41";

export function nameField() {
  return field({
    expects: `a name of ${nameRule}`,
    read: (found) => (typeof found === "string" && namePattern.test(found) ? found : undefined),
    hint: (found) => (typeof found === "string" ? nameHint(found) : undefined),
    schema: { type: "string", pattern: namePattern.source },
  });
}

/** A name that would do instead, as a hint. */
export function nameHint(found: string): string | undefined {
  const mended = found
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "")
    .slice(0, 41);
  return namePattern.test(mended) ? `write "${mended}"` : undefined;
}

/** Earlier names of a job or of the host. */
export function formerlyField() {
  return listField(nameField(), 'a list of names such as ["old-logs"]')
    .prefault([])
    .describe("Names that it had before: what was stored and approved under them stays its own.");
}

export function patternsField() {
  const pattern = field({
    expects: 'a pattern such as "*.gz"',
    read: (found) => (isText(found) && whyFitsNothing(found) === undefined ? found : undefined),
    hint: (found) => (isText(found) ? whyFitsNothing(found) : undefined),
    schema: { type: "string" },
  });
  return listField(pattern, 'a list of patterns such as ["*.gz"]');
}

/** A pattern that fits nothing leaves in what it should keep out (HAZARDS D9). */
function whyFitsNothing(pattern: string): string | undefined {
  const unclosed = unclosedIn(pattern);
  if (unclosed !== undefined) return `nothing closes its ${unclosed}; write [${unclosed}] for that character itself`;
  const names = pattern
    .replace(/^\.?\//, "")
    .replace(/\/$/, "")
    .split("/");
  if (names.some((name) => ["", ".", ".."].includes(name))) return "no name is empty, . or ..: leave that out";
  return undefined;
}

/** An absolute path in its shortest spelling. */
export function pathField() {
  return field({
    expects: 'an absolute path such as "/mnt/warm"',
    read: (found) => (typeof found === "string" ? absolutePath(found) : undefined),
    hint: pathHint,
    schema: { type: "string", pattern: "^/" },
  });
}

function pathHint(found: unknown): string | undefined {
  if (!isText(found)) return undefined;
  if (found.startsWith("~")) return "~ is not expanded here: write the whole path";
  if (found.startsWith("/")) return "without . and .. in it";
  return `write "/${found.replace(/^(\.{1,2}\/)+/, "")}"`;
}

/** The path without repeated or trailing slashes; `undefined` when it isn't absolute or goes by `.` or `..`. */
export function absolutePath(text: string): string | undefined {
  if (!isText(text) || !text.startsWith("/")) return undefined;
  const parts = text.split("/").filter((part) => part !== "");
  return parts.includes(".") || parts.includes("..") ? undefined : `/${parts.join("/")}`;
}

/** A list whose items are read one by one; each refused item is an issue of its own. */
export function listField<T>(item: z.ZodType<T>, expects: string) {
  return z
    .unknown()
    .transform((found, context): readonly T[] => {
      if (!Array.isArray(found)) {
        const hint = typeof found === "string" ? `write [${JSON.stringify(found)}]` : undefined;
        context.addIssue({ code: "custom", message: `expects ${expects}`, params: { hint } });
        return z.NEVER;
      }
      return found.flatMap((one: unknown, index): readonly T[] => {
        const parsed = item.safeParse(one);
        if (parsed.success) return [parsed.data];
        for (const issue of parsed.error.issues) context.addIssue({ ...issue, code: "custom", path: [index] });
        return [];
      });
    })
    .meta({ type: "array", items: { type: "string" }, expects });
}

function isText(found: unknown): found is string {
  return typeof found === "string" && found !== "" && !found.includes("\0");
}
