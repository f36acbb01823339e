import { bytesOf, type RawPath, textOf } from "./raw-path.ts";

const plain = /^(?!~)[A-Za-z0-9_@%+=:,./~^\p{L}-]+$/u;
const printable = /^[^\p{C}]*$/u;
const escapes: Readonly<Record<number, string>> = { 9: "\\t", 10: "\\n", 13: "\\r", 39: "\\'", 92: "\\\\" };

/** A path as it can be pasted into a shell: bare, in quotes, or as `$'…'` with escapes. */
export function shellQuote(path: RawPath): string {
  const text = textOf(path);
  if (text !== undefined && plain.test(text)) return text;
  if (text !== undefined && printable.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  return `$'${[...bytesOf(path)].map(escapeByte).join("")}'`;
}

function escapeByte(byte: number): string {
  const known = escapes[byte];
  if (known !== undefined) return known;
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
}
