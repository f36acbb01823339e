import { z } from "zod";
import { cleanShape } from "../../src/clean/schema.ts";
import { notYet } from "../../src/config/not-yet.ts";
import { topShape } from "../../src/config/schema.ts";
import { dockerShape } from "../../src/docker/schema.ts";
import { limitsShape } from "../../src/jobs/schema.ts";
import { moveShape } from "../../src/moves/schema.ts";
import { tierShape } from "../../src/tiers/schema.ts";
import { verifyShape } from "../../src/verify/schema.ts";
import { code, page, table } from "./markdown.ts";

const example = `version = 1
host = "jts-1"

[tiers.hot]
filesystems = ["/", "/var/log"]
volume_group = "vg_hot"

[tiers.warm]
path = "/mnt/warm"
warn = "85%"

[tiers.cold]
path = "/mnt/nas"
server = "nas.example:2049"
filesystem_type = "nfs4"

[[move]]
name = "logs"
source = "/var/log"
to = "warm"
older_than = "2d"
include = ["*.log.[0-9]*", "*.log-[0-9]*", "*.[0-9]", "*.gz"]
compress = "zstd"
layout = "by-date"

[[move]]
name = "backups"
source = "warm:backups"
to = "cold"
older_than = "30d"

[[clean]]
name = "processing"
path = "/data/processing/tmp"
older_than = "3d"

[docker]
stopped_containers_older_than = "3d"
unused_images_older_than = "7d"
build_cache_older_than = "7d"`;

export function configPage(): string {
  return page(
    "# Configuration",
    `One TOML file, \`/etc/tierkeep/tierkeep.toml\` unless \`--config\` names another. \`tierkeep config check\` says everything
that is wrong with it, \`tierkeep config show\` what is in force. An unknown key is an error.`,
    `\`\`\`toml\n${example}\n\`\`\``,
    `Durations are \`"30d"\` (\`s\`, \`m\` minutes, \`h\`, \`d\`, \`w\`, \`y\` of 365 days), shares are \`"85%"\`. Names of jobs and tiers
are lower-case letters, digits and dashes, a letter first, at most 41, and no two of jobs, tiers and kinds share one.`,
    "## Top of the file",
    keys(topShape),
    "## `[tiers.NAME]`",
    keys(tierShape),
    "## `[[move]]`",
    keys(moveShape),
    `**Patterns**: without a slash they match at any depth; with a leading or inner slash from the source; with a trailing
slash they mean a directory and all below it. \`include\` comes first, then \`exclude\`. Dot files match.

**\`compress\`**: \`zstd\` is written in frames of 4 MiB that can be read from anywhere; \`zstd-single\` is one frame, for
readers that stop after the first (docs/design/formats.md names them); \`gzip\` is for those that know nothing else.
Content that is compressed already, or that would shrink by less than 5 %, is stored as it is.`,
    "## `[[clean]]`",
    keys(cleanShape),
    "## `[docker]`",
    "Its job is called `docker`. [The guide](../guide/docker.md) says what goes, and since when that counts.",
    keys(dockerShape),
    "## `[limits]`",
    keys(limitsShape),
    "## `[verify]`",
    keys(verifyShape),
    "## Known, but not built yet",
    `These words belong to later versions. They are refused, not ignored, so that nobody believes in a rule that nobody
applies (docs/decisions/0007-keys-not-built-yet-are-refused.md).`,
    table(["where", "keys"], Object.entries(notYet).flatMap(notYetRow)),
    'Also refused until then: `unit = "entry"` and a source `"job:NAME"`.',
  );
}

const places: Readonly<Record<string, string>> = { top: "top of the file", tier: "`[tiers.NAME]`", move: "`[[move]]`" };

function notYetRow([place, names]: readonly [string, readonly string[]]): readonly (readonly string[])[] {
  return names.length === 0 ? [] : [[places[place] ?? place, names.map(code).join(", ")]];
}

function keys(shape: Readonly<Record<string, z.ZodType>>): string {
  const rows = Object.entries(shape).map(([key, schema]) => [
    code(key),
    schema.description ?? "",
    expectsOf(schema),
    defaultOf(schema),
  ]);
  return table(["key", "meaning", "expects", "default"], rows);
}

function expectsOf(schema: z.ZodType): string {
  const expects = schema.meta()?.expects;
  if (typeof expects === "string") return expects;
  const inner = schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional ? schema.def.innerType : undefined;
  return inner instanceof z.ZodType ? expectsOf(inner) : "";
}

function defaultOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodPrefault) return code(JSON.stringify(schema.def.defaultValue));
  return schema instanceof z.ZodOptional ? "none" : "required";
}
