/**
 * A path or name as the kernel has it: every char of the string is one byte (`latin1`).
 * Linux names are bytes, not text; kept so, none is ever lost or changed (HAZARDS M20).
 */
export type RawPath = string & { readonly __brand: "RawPath" };

/** The raw form of text such as a configured path, or of an argument that `textOfArgument` made. */
export function rawPath(text: string): RawPath {
  if (text.isWellFormed()) return Buffer.from(text, "utf8").toString("latin1") as RawPath;
  return [...text].map(rawCharacter).join("") as RawPath;
}

function rawCharacter(character: string): string {
  const code = character.charCodeAt(0);
  const isByte = character.length === 1 && code >= 0xdc80 && code <= 0xdcff;
  return isByte ? String.fromCharCode(code - 0xdc00) : Buffer.from(character, "utf8").toString("latin1");
}

/** An argument of the command line as a string; where it is not UTF-8, a lone surrogate stands for each byte. */
export function textOfArgument(raw: RawPath): string {
  return textOf(raw) ?? raw.replaceAll(/[\x80-\xff]/g, (byte) => String.fromCharCode(byte.charCodeAt(0) + 0xdc00));
}

/** The raw form of bytes from a database or a system call. */
export function rawPathOfBytes(bytes: Uint8Array): RawPath {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1") as RawPath;
}

export function bytesOf(path: RawPath): Buffer {
  return Buffer.from(path, "latin1");
}

/** The text of a path when it is valid UTF-8, else `undefined`. */
export function textOf(path: RawPath): string | undefined {
  if (isAscii(path)) return path;
  const bytes = bytesOf(path);
  const text = bytes.toString("utf8");
  return Buffer.from(text, "utf8").equals(bytes) ? text : undefined;
}

export function joinPath(...parts: readonly string[]): RawPath {
  let path = "";
  for (const part of parts) if (part !== "") path = path === "" ? part : `${path}/${part}`;
  return (path.includes("//") ? path.replaceAll(/\/{2,}/g, "/") : path) as RawPath;
}

/** The path of a name in a directory; both from the same root, for which the directory is empty. */
export function pathIn(directory: RawPath, name: RawPath): RawPath {
  return directory === "" ? name : (`${directory}/${name}` as RawPath);
}

export function baseName(path: RawPath): RawPath {
  return path.slice(path.lastIndexOf("/") + 1) as RawPath;
}

/** The directory part, `""` for a bare name, `/` for a name in the root. */
export function parentOf(path: RawPath): RawPath {
  const slash = path.lastIndexOf("/");
  return (slash === 0 ? "/" : path.slice(0, Math.max(slash, 0))) as RawPath;
}

/** True when `path` is `ancestor` or lies below it; both absolute. */
export function isWithin(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(ancestor === "/" ? "/" : `${ancestor}/`);
}

function isAscii(path: RawPath): boolean {
  for (let index = 0; index < path.length; index++) if (path.charCodeAt(index) > 0x7f) return false;
  return true;
}
