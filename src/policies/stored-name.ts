import { createHash } from "node:crypto";
import { baseName, bytesOf, joinPath, parentOf, type RawPath } from "../lib/raw-path.ts";

export interface StoredName {
  /** Path from the job's source. */
  readonly path: RawPath;
  readonly modifiedNs: bigint;
  readonly layout: "by-date" | "tree";
  /** `.zst`, `.gz` or nothing. */
  readonly suffix: string;
  readonly nameMaxBytes: number;
}

const firstDatedNs = BigInt(Date.UTC(1990, 0, 1)) * 1_000_000n;

/** Where a file is to lie below its job's folder on the tier (PROTOCOLS section 1). */
export function storedName(facts: StoredName): RawPath {
  const folder = facts.layout === "by-date" ? dateFolder(facts.modifiedNs) : "";
  const name = fitName(baseName(facts.path), facts.suffix, facts);
  return joinPath(folder, parentOf(facts.path), name);
}

/** The name with the first 8 hex of the content's SHA-256 before the compression suffix, for a collision. */
export function nameWithHash(
  stored: RawPath,
  sha256: string,
  limits: Pick<StoredName, "suffix" | "nameMaxBytes">,
): RawPath {
  return nameWithMark(stored, { mark: sha256.slice(0, 8), sha256 }, limits);
}

/** The same with the run's id. */
export function nameWithRun(
  stored: RawPath,
  { run, sha256 }: { readonly run: string; readonly sha256: string },
  limits: Pick<StoredName, "suffix" | "nameMaxBytes">,
): RawPath {
  return nameWithMark(stored, { mark: run, sha256 }, limits);
}

function nameWithMark(
  stored: RawPath,
  { mark, sha256 }: { readonly mark: string; readonly sha256: string },
  limits: Pick<StoredName, "suffix" | "nameMaxBytes">,
): RawPath {
  const name = baseName(stored);
  const suffix = name.endsWith(limits.suffix) ? limits.suffix : "";
  const bare = suffix === "" ? name : name.slice(0, -suffix.length);
  const hashed = `${bare}.${mark}${suffix}`;
  const fitting = hashed.length <= limits.nameMaxBytes ? hashed : cutName(bare, sha256, { ...limits, suffix });
  return joinPath(parentOf(stored), fitting);
}

function dateFolder(modifiedNs: bigint): string {
  if (modifiedNs < firstDatedNs) return "undated";
  return new Date(Number(modifiedNs / 1_000_000n)).toISOString().slice(0, 10).replaceAll("-", "/");
}

/** A name that is too long with its suffix is cut, and told apart by its path's hash. */
function fitName(name: RawPath, suffix: string, facts: StoredName): string {
  const full = `${name}${suffix}`;
  if (full.length <= facts.nameMaxBytes) return full;
  return cutName(name, createHash("sha256").update(bytesOf(facts.path)).digest("hex"), facts);
}

function cutName(name: string, hash: string, { suffix, nameMaxBytes }: Pick<StoredName, "suffix" | "nameMaxBytes">) {
  const mark = `~${hash.slice(0, 16)}${suffix}`;
  return `${name.slice(0, Math.min(180, nameMaxBytes - mark.length))}${mark}`;
}
