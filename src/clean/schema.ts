import type * as z from "zod";
import {
  choiceField,
  durationField,
  field,
  formerlyField,
  listField,
  nameField,
  pathField,
  patternsField,
} from "../lib/fields.ts";
import { parsePercent, parseSize } from "../lib/units.ts";
import { type CleanRule, type DeleteCap, stamps } from "./rule.ts";

/** The keys of `[[clean]]`, read one by one; values come out in code's units. */
export const cleanShape = {
  name: nameField().describe("The job's name: a word for the command line."),
  path: pathField().describe("The scratch directory that is cleaned; what lies below it goes, it stays."),
  older_than: durationField().describe("The age from which a file or an empty directory goes."),
  age_by: listField(choiceField(stamps), 'a list of time stamps such as ["mtime"]')
    .prefault([...stamps])
    .describe("The time stamps that must all be that old: atime, mtime, ctime, btime (birth)."),
  include: patternsField().prefault(["*"]).describe("Patterns of the files that may go."),
  exclude: patternsField().prefault([]).describe("Patterns of files and directories that stay, although included."),
  max_delete: deleteCapField()
    .prefault({ files: 100_000, share: "50%" })
    .describe("A plan that would delete more than this is refused; `tierkeep approve JOB --guard cap` lifts it once."),
  quarantine: durationField()
    .optional()
    .describe("What is cleaned lies aside for this long, and `restore` brings it back; then it is removed."),
  formerly: formerlyField(),
};

export type CleanTable = z.output<z.ZodObject<typeof cleanShape>>;

/** A job as the rest of the program knows it; `owned` are the trees of other jobs below its path. */
export function cleanRule(table: CleanTable, owned: readonly string[]): CleanRule {
  return {
    kind: "clean",
    name: table.name,
    formerly: table.formerly,
    needs: [],
    path: table.path,
    olderThanMs: table.older_than,
    ageBy: table.age_by,
    include: table.include,
    exclude: table.exclude,
    maxDelete: table.max_delete,
    quarantineMs: table.quarantine,
    owned,
  };
}

const defaultCap: DeleteCap = { files: 100_000, bytes: undefined, share: 0.5 };

function deleteCapField() {
  return field({
    expects: 'limits such as { files = 100_000, bytes = "200GiB", share = "50%" }',
    read: readCap,
    schema: {
      type: "object",
      properties: { files: { type: "integer" }, bytes: { type: "string" }, share: { type: "string" } },
    },
  });
}

/** What is not said keeps its default; an unknown key is refused with the whole. */
function readCap(found: unknown): DeleteCap | undefined {
  if (typeof found !== "object" || found === null || Array.isArray(found)) return undefined;
  let cap: DeleteCap = defaultCap;
  for (const [key, value] of Object.entries(found)) {
    const read = readCapKey(key, value);
    if (read === undefined) return undefined;
    cap = { ...cap, ...read };
  }
  return cap;
}

function readCapKey(key: string, value: unknown): Partial<DeleteCap> | undefined {
  if (key === "files")
    return typeof value === "number" && Number.isInteger(value) && value >= 0 ? { files: value } : undefined;
  if (typeof value !== "string") return undefined;
  if (key === "bytes") {
    const bytes = parseSize(value);
    return bytes === undefined ? undefined : { bytes };
  }
  const share = key === "share" ? parsePercent(value) : undefined;
  return share === undefined ? undefined : { share };
}
