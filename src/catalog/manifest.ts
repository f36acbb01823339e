import { bytesOf, type RawPath, rawPath, textOf } from "../lib/raw-path.ts";
import type { StoredCompression } from "./facts.ts";
import { operationId, type StagedOperation, type VerifiedFacts } from "./operation.ts";

/** Where something came from, and where it is to lie. */
export interface PlacedLine {
  readonly host: string;
  readonly job: string;
  readonly tier: string;
  /** The original path, absolute. */
  readonly path: RawPath;
  /** From the tier's root. */
  readonly storedAs: RawPath;
  readonly modifiedNs: bigint;
}

/** A version is about to be published; it counts where a file of that size lies under that name. */
export interface StoredLine extends PlacedLine {
  readonly fact: "stored";
  readonly id: string;
  readonly atMs: number;
  readonly sizeBytes: number;
  readonly storedBytes: number;
  readonly sha256: string;
  readonly storedSha256: string;
  readonly compression: StoredCompression;
  /** `printFacts` of what the file is besides its content. */
  readonly facts: string;
  readonly linkGroup: string | undefined;
}

/** A directory or symbolic link of a set is about to be published with it. */
export interface PartLine extends PlacedLine {
  readonly fact: "directory" | "link";
  readonly id: string;
  readonly atMs: number;
  /** Where a link points; `target` and `targetBase64` of the line. */
  readonly target: RawPath | undefined;
  /** `printFacts` of all else. */
  readonly facts: string;
}

/** An announced version did not come about. */
export interface WithdrawnLine {
  readonly fact: "withdrawn";
  readonly id: string;
  readonly atMs: number;
  readonly reason: string;
}

/** A version was deleted on purpose. */
export interface RemovedLine {
  readonly fact: "removed";
  readonly id: string;
  readonly atMs: number;
  readonly reason: string;
}

/** A version was moved on to another tier. */
export interface MovedOnLine {
  readonly fact: "moved-on";
  readonly id: string;
  readonly atMs: number;
  /** The tier's name. */
  readonly to: string;
}

export type ManifestLine = StoredLine | PartLine | WithdrawnLine | RemovedLine | MovedOnLine;

export const manifestsFolder = rawPath(".tierkeep/manifests");

/** The manifest of one run, from the tier's root (PROTOCOLS section 1). */
export function manifestPath(host: string, run: string): RawPath {
  return rawPath(`${manifestsFolder}/${host}/${run.slice(0, 4)}/${run.slice(4, 6)}/${run}.jsonl`);
}

export interface StoredContext {
  readonly host: string;
  readonly atMs: number;
  readonly tier: string;
  /** The source's root, resolved. */
  readonly root: RawPath;
}

export function storedLine(operation: StagedOperation, verified: VerifiedFacts, context: StoredContext): StoredLine {
  const { run, job, linkGroup, identity } = operation;
  const { root, ...told } = context;
  return {
    fact: "stored",
    id: operationId(operation),
    ...told,
    ...verified,
    job,
    path: (root === "/" ? `/${operation.path}` : `${root}/${operation.path}`) as RawPath,
    modifiedNs: identity.modifiedNs,
    sizeBytes: identity.sizeBytes,
    linkGroup: linkGroup === undefined ? undefined : operationId({ run, job, seq: linkGroup }),
  };
}

/** One JSON line, its newline included; docs/design/formats.md describes it. */
export function printManifestLine(line: ManifestLine): string {
  const at = new Date(line.atMs).toISOString();
  if (line.fact === "directory" || line.fact === "link") return printPartLine(line, at);
  if (line.fact !== "stored") {
    const { fact, id, atMs: _, ...more } = line;
    return `${JSON.stringify({ fact, id, at, ...more })}\n`;
  }
  // Put together from parts, since this is done for every file: only names and facts can need escapes.
  const head = `{"fact":"stored","id":"${line.id}","at":"${at}","host":${JSON.stringify(line.host)},"job":"${line.job}","tier":"${line.tier}"`;
  const names = `${pathPair("path", line.path)}${pathPair("storedAs", line.storedAs)}`;
  const content = `,"sha256":"${line.sha256}","storedSha256":"${line.storedSha256}","sizeBytes":${line.sizeBytes},"storedBytes":${line.storedBytes},"compression":"${line.compression}"`;
  const group = line.linkGroup === undefined ? "" : `,"linkGroup":"${line.linkGroup}"`;
  return `${head}${names}${content},"modifiedNs":"${line.modifiedNs}",${line.facts.slice(1, -1)}${group}}\n`;
}

function printPartLine(line: PartLine, at: string): string {
  const head = `{"fact":"${line.fact}","id":"${line.id}","at":"${at}","host":${JSON.stringify(line.host)},"job":"${line.job}","tier":"${line.tier}"`;
  const target = line.target === undefined ? "" : pathPair("target", line.target);
  const names = `${pathPair("path", line.path)}${pathPair("storedAs", line.storedAs)}${target}`;
  return `${head}${names},"modifiedNs":"${line.modifiedNs}",${line.facts.slice(1, -1)}}\n`;
}

function pathPair(key: "path" | "storedAs" | "target", path: RawPath): string {
  const text = textOf(path);
  if (text !== undefined) return `,"${key}":${JSON.stringify(text)}`;
  const bytes = bytesOf(path);
  return `,"${key}":${JSON.stringify(bytes.toString("utf8"))},"${key}Base64":"${bytes.toString("base64")}"`;
}
