import { durationField, field, listField, pathField } from "../lib/fields.ts";

export const formatVersion = 1;
const hostPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
export const defaultStateDir = "/var/lib/tierkeep";
export const defaultRuntimeDir = "/run/tierkeep";

/** The keys at the top of the file, beside `tiers` and the jobs. */
export const topShape = {
  version: versionField().prefault(1).describe("The version of this file's format."),
  host: hostField().optional().describe("This machine's name on every tier. Default: the machine's host name."),
  state_dir: pathField().prefault(defaultStateDir).describe("Catalog, journal and locks; on a local disk."),
  runtime_dir: pathField()
    .optional()
    .describe("What lives until the next boot. Default: /run/tierkeep, or run in a state_dir of your own."),
  formerly: listField(hostField(), 'a list of host names such as ["jts-old"]')
    .prefault([])
    .describe("Names that this machine had on tiers before: what was stored under them stays its own."),
  stall_timeout: durationField().prefault("15m").describe("A job without progress for this long is ended."),
  restore_grace: durationField().prefault("14d").describe("How long a restored file is left alone."),
};

function versionField() {
  return field({
    expects: `version = ${formatVersion}`,
    read: (found) => (found === formatVersion ? formatVersion : undefined),
    hint: versionHint,
    schema: { type: "integer", enum: [formatVersion] },
  });
}

function versionHint(found: unknown): string | undefined {
  if (typeof found === "number" && found > formatVersion) return "a newer tierkeep wrote this file: run that one";
  return found === String(formatVersion) ? "write it without quotes" : undefined;
}

/** The name becomes a directory on every tier. */
export function isHostName(text: string): boolean {
  return hostPattern.test(text);
}

function hostField() {
  return field({
    expects: 'a host name such as "jts-1": letters, digits, dots and dashes',
    read: (found) => (typeof found === "string" && isHostName(found) ? found : undefined),
    schema: { type: "string", pattern: hostPattern.source },
  });
}
