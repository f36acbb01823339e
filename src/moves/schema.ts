import type * as z from "zod";
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
  percentField,
  textField,
} from "../lib/fields.ts";
import { parseSize } from "../lib/units.ts";
import type { MoveCap, MoveRule } from "./rule.ts";

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
  older_than: durationField()
    .optional()
    .describe("The age, by modification time, from which a file moves. This or `unused_for` is needed."),
  unused_for: durationField()
    .optional()
    .describe(
      "The same by the newest of access and modification time; on a file system mounted `noatime` that is no use.",
    ),
  settled_for: durationField()
    .optional()
    .describe(
      'Nothing moves whose change or birth time is younger than this. Default: "0s", and "24h" for `unit = "entry"`.',
    ),
  include: patternsField().prefault(["*"]).describe("Patterns of the files that may move."),
  exclude: patternsField().prefault([]).describe("Patterns of files and directories that stay, although included."),
  compress: choiceField(["zstd", "zstd-single", "gzip", "none"])
    .prefault("none")
    .describe("How the stored file is compressed."),
  layout: choiceField(["by-date", "tree"])
    .prefault("tree")
    .describe("Directories on the tier: by day of modification, or as at the source."),
  unit: choiceField(["file", "entry"])
    .prefault("file")
    .describe("What moves at once: a file, or whole what lies directly in the source."),
  when_above: percentField()
    .optional()
    .describe("Moves only while the source's file system is fuller than this; needs `until_below`."),
  until_below: percentField().optional().describe("And then no more, oldest first, than brings it down to this."),
  max_move: moveCapField()
    .optional()
    .describe("What one run may move at most, oldest first; the rest is for the next."),
  active_logs: flagField().prefault(false).describe("Move also logs that are still in use by name."),
  formerly: formerlyField(),
};

export type MoveTable = z.output<z.ZodObject<typeof moveShape>>;

/** What a table alone does not tell. */
export interface MovePlace {
  readonly sourcePath: string;
  readonly settledForGiven: boolean;
}

const settledForSetsMs = 86_400_000;

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
    olderThanMs: table.older_than ?? table.unused_for ?? Number.POSITIVE_INFINITY,
    ageBy: table.unused_for === undefined ? ["mtime"] : ["mtime", "atime"],
    settledForMs: table.settled_for ?? (table.unit === "entry" ? settledForSetsMs : 0),
    settledForGiven: place.settledForGiven,
    include: table.include,
    exclude: table.exclude,
    compress: table.compress,
    layout: table.layout,
    activeLogs: table.active_logs,
    unit: table.unit,
    whenAbove: table.when_above,
    untilBelow: table.until_below,
    maxMove: table.max_move,
  };
}

function moveCapField() {
  return field({
    expects: 'limits such as { files = 100_000, bytes = "200GiB" }',
    read: readCap,
    schema: { type: "object", properties: { files: { type: "integer" }, bytes: { type: "string" } } },
  });
}

function readCap(found: unknown): MoveCap | undefined {
  if (typeof found !== "object" || found === null || Array.isArray(found)) return undefined;
  const { files, bytes, ...others } = found as Readonly<Record<string, unknown>>;
  const size = typeof bytes === "string" ? parseSize(bytes) : undefined;
  const isCount = files === undefined || (typeof files === "number" && Number.isInteger(files) && files > 0);
  if (!isCount || size === 0 || (bytes !== undefined && size === undefined)) return undefined;
  if (Object.keys(others).length > 0 || (files === undefined && size === undefined)) return undefined;
  return { files, bytes: size };
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
