import { type RawPath, rawPath, rawPathOfBytes } from "../lib/raw-path.ts";
import { parseFacts, printFacts, type StoredCompression } from "./facts.ts";
import type { ManifestLine, PartLine, PlacedLine } from "./manifest.ts";

/** A line of a manifest; `torn`: it is no whole line; `unknown`: a fact that a newer version writes. */
export type ParsedLine = ManifestLine | "torn" | "unknown";

/** The inverse of `printManifestLine`, for anything that may stand in a manifest. */
export function parseManifestLine(text: string): ParsedLine {
  try {
    const json: unknown = JSON.parse(text);
    return isTable(json) ? parseTable(json, text) : "torn";
  } catch (error) {
    // JSON and BigInt say both with this that the text is none.
    if (error instanceof SyntaxError) return "torn";
    throw error;
  }
}

type Json = Readonly<Record<string, unknown>>;

function isTable(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseTable(json: Json, text: string): ParsedLine {
  const { fact, id } = json;
  const atMs = Date.parse(String(json.at));
  if (typeof fact !== "string") return "torn";
  if (!known.has(fact)) return "unknown";
  if (typeof id !== "string" || Number.isNaN(atMs)) return "torn";
  if (fact === "withdrawn" || fact === "removed") return { fact, id, atMs, reason: String(json.reason) };
  if (fact === "moved-on") return { fact, id, atMs, to: String(json.to) };
  if (fact === "directory" || fact === "link")
    return isWholePart(json) ? parsePart(json, { fact, id, atMs, facts: printFacts(parseFacts(text)) }) : "torn";
  return isWholeStored(json) ? parseStored(json, { id, atMs, facts: printFacts(parseFacts(text)) }) : "torn";
}

const known: ReadonlySet<string> = new Set<ManifestLine["fact"]>([
  "stored",
  "withdrawn",
  "removed",
  "moved-on",
  "directory",
  "link",
]);
const texts = ["host", "job", "tier", "path", "storedAs", "modifiedNs", "sha256", "storedSha256", "mode", "accessedNs"];
const numbers = ["sizeBytes", "storedBytes", "uid", "gid"];
const compressions: readonly unknown[] = ["zstd", "gzip", "none"] satisfies StoredCompression[];

/** A disk may have changed what is JSON still. */
function isWholeStored(json: Json): boolean {
  return (
    texts.every((key) => typeof json[key] === "string") &&
    numbers.every((key) => Number.isSafeInteger(json[key])) &&
    compressions.includes(json.compression)
  );
}

const partTexts = ["host", "job", "tier", "path", "storedAs", "modifiedNs", "mode", "accessedNs"];

function isWholePart(json: Json): boolean {
  const isWhole = partTexts.every((key) => typeof json[key] === "string");
  return isWhole && ["uid", "gid"].every((key) => Number.isSafeInteger(json[key]));
}

function parsePart(json: Json, known: Pick<PartLine, "fact" | "id" | "atMs" | "facts">): PartLine {
  return {
    ...known,
    ...placeFrom(json),
    target: json.target === undefined ? undefined : pathFrom(json, "target"),
  };
}

function parseStored(json: Json, { id, atMs, facts }: { id: string; atMs: number; facts: string }): ManifestLine {
  return {
    fact: "stored",
    id,
    atMs,
    ...placeFrom(json),
    sizeBytes: Number(json.sizeBytes),
    storedBytes: Number(json.storedBytes),
    sha256: String(json.sha256),
    storedSha256: String(json.storedSha256),
    compression: json.compression as StoredCompression,
    facts,
    linkGroup: json.linkGroup === undefined ? undefined : String(json.linkGroup),
  };
}

function placeFrom(json: Json): PlacedLine {
  return {
    host: String(json.host),
    job: String(json.job),
    tier: String(json.tier),
    path: pathFrom(json, "path"),
    storedAs: pathFrom(json, "storedAs"),
    modifiedNs: BigInt(String(json.modifiedNs)),
  };
}

function pathFrom(json: Json, key: "path" | "storedAs" | "target"): RawPath {
  const base64 = json[`${key}Base64`];
  return typeof base64 === "string" ? rawPathOfBytes(Buffer.from(base64, "base64")) : rawPath(String(json[key]));
}
