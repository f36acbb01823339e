import type * as z from "zod";
import { field, flagField, listField, pathField, percentField, textField } from "../lib/fields.ts";
import type { TierConfig } from "./tier.ts";

/** The keys of `[tiers.NAME]`, read one by one; values come out in code's units. */
export const tierShape = {
  path: pathField()
    .optional()
    .describe("Where files are put. A mount point, unless directory = true. Without it the tier is only watched."),
  filesystems: listField(pathField(), 'a list of paths such as ["/", "/var/log"]')
    .optional()
    .describe("Paths that health watches, each standing for the file system that holds it. Default: the tier's path."),
  volume_group: textField('the name of a volume group such as "vg_hot"')
    .optional()
    .describe("The LVM volume group that the tier lies in."),
  server: serverField().optional().describe("The NAS and its port, asked by TCP before the mount is touched."),
  filesystem_type: textField('a file system type such as "nfs4"')
    .optional()
    .describe("The type that must be mounted at the path."),
  warn: percentField().prefault("80%").describe("Fullness, of bytes or inodes, from which health warns."),
  critical: percentField().prefault("90%").describe("Fullness, of bytes or inodes, that health calls critical."),
  directory: flagField().prefault(false).describe("The path may be a directory that isn't a mount point."),
  reserve: percentField().prefault("5%").describe("Share of the tier that moves leave free."),
  read_back: readBackField()
    .prefault("device")
    .describe("Where a stored file is read back from before its source goes."),
};

export type TierTable = z.output<z.ZodObject<typeof tierShape>>;

/** A tier as the rest of the program knows it. */
export function tierConfig(name: string, table: TierTable): TierConfig {
  return {
    name,
    path: table.path,
    filesystems: table.filesystems ?? (table.path === undefined ? [] : [table.path]),
    volumeGroup: table.volume_group,
    server: table.server,
    filesystemType: table.filesystem_type,
    warnRatio: table.warn,
    criticalRatio: table.critical,
    directory: table.directory,
    reserveRatio: table.reserve,
    readBack: table.read_back,
  };
}

function serverField() {
  return field({
    expects: 'a server and its port such as "nas.example:2049"',
    read: (found) => (typeof found === "string" ? parseServer(found) : undefined),
    hint: (found) =>
      typeof found === "string" && /^[\w.-]+$/.test(found)
        ? `write "${found}:2049" (2049 is NFS, 445 is SMB)`
        : undefined,
    schema: { type: "string", examples: ["nas.example:2049"] },
  });
}

function parseServer(text: string): { readonly host: string; readonly port: number } | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

function readBackField() {
  return field({
    expects: '"device" or "cache"',
    read: (found) => (found === "device" || found === "cache" ? found : undefined),
    schema: { type: "string", enum: ["device", "cache"] },
  });
}
