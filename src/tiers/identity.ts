import { formatUuid } from "../host/filesystem.ts";
import { closeFd, makeDirectory, open, openBeneath, readFully, syncFile, writeFully } from "../host/posix.ts";
import { hasCode } from "../lib/errors.ts";
import { type RawPath, rawPath } from "../lib/raw-path.ts";
import { publishFile } from "./publish.ts";

/** What `.tierkeep/tier.json` says: which tier this is, wherever it is mounted. */
export interface TierIdentity {
  readonly uuid: string;
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/** What was found in its place; `unreadable` without the right to look. */
export type IdentityFound =
  | { readonly state: "present"; readonly identity: TierIdentity }
  | { readonly state: "absent" | "unreadable" | "damaged" };

export const ownDirectory = rawPath(".tierkeep");
export const identityName = rawPath("tier.json");
const schema = "tierkeep.tier/1";
const longestBytes = 65_536;

/** Reads the identity below an open directory; no link is followed. @throws SystemError EIO, ESTALE, … */
export function readIdentity(root: number): IdentityFound {
  let fd: number;
  try {
    fd = openBeneath(root, rawPath(`${ownDirectory}/${identityName}`), open.O_RDONLY | open.O_NONBLOCK);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return { state: "absent" };
    if (hasCode(error, "EACCES", "EPERM")) return { state: "unreadable" };
    if (hasCode(error, "ELOOP")) return { state: "damaged" }; // a link in its place is not our identity
    throw error;
  }
  try {
    const buffer = Buffer.alloc(longestBytes);
    const identity = parseIdentity(buffer.toString("utf8", 0, readFully(fd, buffer, 0)));
    return identity === undefined ? { state: "damaged" } : { state: "present", identity };
  } catch (error) {
    if (hasCode(error, "EISDIR")) return { state: "damaged" };
    throw error;
  } finally {
    closeFd(fd);
  }
}

/** The inverse of `printIdentity`; `undefined` when it is none, or of another format. */
export function parseIdentity(text: string): TierIdentity | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const { uuid, name, createdAt } = fields;
  if (fields.schema !== schema || typeof uuid !== "string" || !/^[0-9a-f-]{36}$/.test(uuid)) return undefined;
  return typeof name === "string" && typeof createdAt === "string" ? { uuid, name, createdAt } : undefined;
}

export function printIdentity({ uuid, name, createdAt }: TierIdentity): string {
  return `${JSON.stringify({ schema, uuid, name, createdAt }, null, 2)}\n`;
}

/**
 * Opens `.tierkeep` (0700) below an open directory, making it on first use; the caller closes it.
 * @throws SystemError EROFS, EACCES, ENOSPC, …
 */
export function openOwnDirectory(root: number): number {
  try {
    makeDirectory(root, ownDirectory, 0o700);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
  return openBeneath(root, ownDirectory, open.O_RDONLY | open.O_DIRECTORY);
}

/**
 * Writes the identity, durable when this returns; never replaces one.
 * @throws SystemError EEXIST, EROFS, EACCES, ENOSPC, …
 */
export function writeIdentity(root: number, identity: TierIdentity): void {
  const directory = openOwnDirectory(root);
  const staged = rawPath(`tier.json.${identity.uuid}`);
  try {
    // Written under another name first, so that a power cut never leaves half an identity under this one.
    writeDurably(directory, staged, printIdentity(identity));
    publishFile({ directory, name: staged }, { directory, name: identityName });
    syncFile(directory, ownDirectory);
    syncFile(root);
  } finally {
    closeFd(directory);
  }
}

function writeDurably(directory: number, name: RawPath, text: string): void {
  const fd = openBeneath(directory, name, open.O_WRONLY | open.O_CREAT | open.O_EXCL, 0o600);
  try {
    writeFully(fd, Buffer.from(text), -1, name);
    syncFile(fd, name);
  } finally {
    closeFd(fd, name);
  }
}

/** A fresh UUID (version 4) of 16 random bytes. */
export function uuidOf(random: Buffer): string {
  const bytes = Buffer.from(random);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return formatUuid(bytes);
}
