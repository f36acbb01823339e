import { bytesOf, type RawPath, textOf } from "../lib/raw-path.ts";

/** A path in JSON: as text, and where it is not UTF-8 escaped for reading and exact in base64. */
export interface PathFields {
  readonly path: string;
  readonly pathBase64?: string;
}

export function pathFields(path: RawPath): PathFields {
  const text = textOf(path);
  if (text !== undefined) return { path: text };
  return { path: escapedText(path), pathBase64: bytesOf(path).toString("base64") };
}

/** The path as text for people; bytes that are not UTF-8 become `\xNN`. */
export function escapedText(path: RawPath): string {
  const text = textOf(path);
  if (text !== undefined) return text;
  return path.replaceAll(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
}
