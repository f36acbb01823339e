import type { z } from "zod";
import {
  absolutePath,
  choiceField,
  durationField,
  field,
  flagField,
  formerlyField,
  nameField,
  namePattern,
  patternsField,
  textField,
} from "../lib/fields.ts";
import type { MoveRule } from "./rule.ts";

/** What `source` names; which path that is depends on the tiers. */
export type MoveSource =
  | { readonly kind: "path"; readonly written: string; readonly path: string }
  | { readonly kind: "tier"; readonly written: string; readonly tier: string; readonly relative: string }
  | { readonly kind: "job"; readonly written: string; readonly job: string };

/** The keys of `[[move]]`, read one by one; values come out in code's units. */
export const moveShape = {
  name: nameField().describe("The job's name: a word for the command line, and a directory on the tier."),
  source: sourceField().describe(
    "The tree that is looked through: an absolute path, or TIER:RELATIVE for a path on a tier.",
  ),
  to: textField('the name of a tier such as "warm"').describe("The tier that files move to."),
  older_than: durationField().describe("The age, by modification time, from which a file moves."),
  settled_for: durationField()
    .prefault("0s")
    .describe("No file moves whose change or birth time is younger than this."),
  include: patternsField().prefault(["*"]).describe("Patterns of the files that may move."),
  exclude: patternsField().prefault([]).describe("Patterns of files and directories that stay, although included."),
  compress: choiceField(["zstd", "zstd-single", "gzip", "none"])
    .prefault("none")
    .describe("How the stored file is compressed."),
  layout: choiceField(["by-date", "tree"])
    .prefault("tree")
    .describe("Directories on the tier: by day of modification, or as at the source."),
  unit: choiceField(["file", "entry"]).prefault("file").describe("What moves at once."),
  active_logs: flagField().prefault(false).describe("Move also logs that are still in use by name."),
  formerly: formerlyField(),
};

export type MoveTable = z.output<z.ZodObject<typeof moveShape>>;

/** What a table alone does not tell. */
export interface MovePlace {
  readonly sourcePath: string;
  readonly settledForGiven: boolean;
}

/** A job as the rest of the program knows it. */
export function moveRule(table: MoveTable, place: MovePlace): MoveRule {
  const sourceTier = table.source.kind === "tier" ? table.source.tier : undefined;
  return {
    kind: "move",
    name: table.name,
    formerly: table.formerly,
    needs: sourceTier === undefined ? [table.to] : [table.to, sourceTier],
    source: table.source.written,
    sourceTier,
    sourcePath: place.sourcePath,
    to: table.to,
    olderThanMs: table.older_than,
    settledForMs: table.settled_for,
    settledForGiven: place.settledForGiven,
    include: table.include,
    exclude: table.exclude,
    compress: table.compress,
    layout: table.layout,
    activeLogs: table.active_logs,
  };
}

function sourceField() {
  return field({
    expects: 'an absolute path, or a path on a tier such as "warm:backups"',
    read: (found) => (typeof found === "string" ? parseSource(found) : undefined),
    hint: (found) =>
      typeof found === "string" && /^[\w.-][\w./ -]*$/.test(found)
        ? `write "/${found.replace(/^[./]+/, "")}"`
        : undefined,
    schema: { type: "string", examples: ["/var/log", "warm:backups"] },
  });
}

function parseSource(written: string): MoveSource | undefined {
  const path = absolutePath(written);
  if (path !== undefined) return { kind: "path", written, path };
  const colon = written.indexOf(":");
  const prefix = written.slice(0, Math.max(colon, 0));
  const rest = written.slice(colon + 1);
  if (!namePattern.test(prefix)) return undefined;
  if (prefix === "job") return { kind: "job", written, job: rest };
  const relative = rest.startsWith("/") ? undefined : absolutePath(`/${rest}`)?.slice(1);
  return relative === undefined ? undefined : { kind: "tier", written, tier: prefix, relative };
}
