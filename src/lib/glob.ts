import picomatch from "picomatch";
import type { RawPath } from "./raw-path.ts";

/**
 * What a pattern matches, in whole names or paths. A newline is a character like any other (HAZARDS M20), dot files
 * match, and brackets are the shell's: `[!a]` is anything but an `a`. `?` is one character where the name is UTF-8, and
 * one byte where it is not.
 */
export function compileGlob(...patterns: readonly RawPath[]): (path: RawPath) => boolean {
  const rare = rareCharacters(patterns);
  const spelled = patterns.map((pattern) => spell(pattern, rare));
  // Without `s` picomatch's own `(?=.)` never matches a name that begins with a newline.
  const matches = picomatch(spelled, { dot: true, nonegate: true, posix: true, flags: "s" });
  return (path) => matches(spell(path, rare));
}

/**
 * The first bracket or brace of a pattern that nothing closes; `undefined` when each is closed, escaped, or within
 * brackets. Such a pattern fits nothing but itself, where a shell would say so (HAZARDS D9).
 */
export function unclosedIn(pattern: string): string | undefined {
  const open: string[] = [];
  for (const [token] of pattern.matchAll(bracketTokens)) {
    if ("[{(".includes(token)) open.push(token);
    else if (token === closing.get(open.at(-1))) open.pop();
  }
  return open[0];
}

const closing: ReadonlyMap<string | undefined, string> = new Map([
  ["{", "}"],
  ["(", ")"],
]);

const bracketed = String.raw`(?:\\.|\[:[a-z]+:\]|\[(?!:[a-z]+:\])|[^\][\\])`;

/** What is escaped, whole bracket expressions, where `]` may come first and `[:alpha:]` is one thing, and what is left. */
const bracketTokens = new RegExp(String.raw`\\.|\[(?:[!^]|(?![!^]))(?:\]|${bracketed})${bracketed}*\]|[[{}()]`, "gs");

type Spelling = ReadonlyMap<string, string>;

/**
 * Characters beyond U+FFFF are two units of a JavaScript string, and picomatch's expressions, which it makes without the
 * flag `u`, would take each for a character. So those of the patterns get a unit each that no text has.
 */
function rareCharacters(patterns: readonly RawPath[]): Spelling {
  const found = new Set(patterns.flatMap((pattern) => pattern.match(sequences) ?? []).filter(isRare));
  return new Map([...found].map((bytes, index) => [bytes, String.fromCharCode(otherRare + 1 + (index % 1023))]));
}

function isRare(bytes: string): boolean {
  return bytes.length === 4;
}

/** The bytes of one character that is not ASCII, or one byte that belongs to none. */
const sequences =
  /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\x80-\xff]/g;

/** A lone surrogate, as are the 1,023 after it; the bytes that are no character have those from U+DC80 on. */
const otherRare = 0xd800;
const firstByte = 0xdc00;

const notAscii = /[\x80-\xff]/;

/** A path with one unit for each of its characters. */
function spell(path: RawPath, rare: Spelling): string {
  // Nearly all names: a plan asks for each of a million.
  if (!notAscii.test(path)) return path;
  return path.replaceAll(sequences, (bytes) => {
    if (bytes.length === 1) return String.fromCharCode(firstByte + bytes.charCodeAt(0));
    if (isRare(bytes)) return rare.get(bytes) ?? String.fromCharCode(otherRare);
    return Buffer.from(bytes, "latin1").toString("utf8");
  });
}
